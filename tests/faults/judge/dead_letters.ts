import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I5: exactly one dead letter for each asset that failed, none for any other. */
export function judgeDeadLetters({ documents, deadLetters }: Evidence): Violation[] {
  const failed = documents.filter(({ status, isDeleted }) => status === "failed" && !isDeleted);
  const unmarked = failed.filter(({ deadLetterState }) => !deadLetterState)
    .map(({ id }) => `${id} failed without a dead letter`);
  const listed = failed.filter(({ deadLetterState }) => deadLetterState === "listed")
    .map(({ jobId = "" }) => jobId);
  const missing = listed.filter((jobId) => !deadLetters.includes(jobId))
    .map((jobId) => `the dead letter of ${jobId} is not in the queue`);
  const surplus = deadLetters.filter((jobId) => !listed.includes(jobId))
    .map((jobId) => `${jobId} has a dead letter and has not failed`);
  return [...unmarked, ...missing, ...surplus].map((what) => ({ invariant: "I5", what }));
}
