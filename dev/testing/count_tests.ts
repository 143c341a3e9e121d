export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Reads the counts out of a report of `deno test --junit-path`; a report that is not there has none. */
export async function countTests(junitFile: string): Promise<TestCounts> {
  const xml = await Deno.readTextFile(junitFile).catch(() => "");
  const total = (attribute: string) =>
    Number(new RegExp(`<testsuites[^>]* ${attribute}="(\\d+)"`).exec(xml)?.[1] ?? 0);
  const failed = total("failures") + total("errors");
  const skipped = (xml.match(/<skipped/g) ?? []).length;
  return { passed: total("tests") - failed - skipped, failed, skipped };
}
