const SCENARIOS_OF_STORIES = [4, 3, 4, 2];

/**
 * What this project was asked for, by the ids that stand in test names and in docs/spec-coverage.md:
 * requirements, success criteria, the scenarios of the user stories, edge cases and tasks.
 */
export const SPEC_IDS: readonly string[] = [
  ...numbered("FR-", 22, 3).flatMap((id) => id === "FR-018" ? [id, "FR-018a"] : [id]),
  ...numbered("SC-", 6, 3),
  ...SCENARIOS_OF_STORIES.flatMap((count, index) => numbered(`US${index + 1}.`, count)),
  ...numbered("E", 5),
  ...numbered("T", 67, 3),
];

function numbered(prefix: string, count: number, digits = 1): string[] {
  return Array.from(
    { length: count },
    (_, index) => prefix + String(index + 1).padStart(digits, "0"),
  );
}
