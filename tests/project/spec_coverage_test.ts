import assert from "node:assert/strict";
import { projectFiles, readProjectFile } from "../support/project_files.ts";
import { COVERAGE, coverageFaults, idsIn, testNamesIn } from "./spec_coverage.ts";
import { SPEC_IDS } from "./spec_ids.ts";

async function namesByFile(): Promise<Map<string, string[]>> {
  const tests = new Map<string, string[]>();
  for (const path of await projectFiles("tests", "_test.ts")) {
    try {
      tests.set(path, testNamesIn(await readProjectFile(path)));
    } catch (cause) {
      throw new Error(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
  return tests;
}

Deno.test("every id of the specification has a test that proves it, or a reason why not", async () => {
  const document = await readProjectFile(COVERAGE);
  const faults = coverageFaults({ ids: SPEC_IDS, document, tests: await namesByFile() });
  assert.ok(faults.length === 0, `\n${faults.join("\n")}`);
});

Deno.test("the ids are 23 requirements, 6 criteria, 13 scenarios, 5 edge cases and 67 tasks", () => {
  const counts = ["FR-", "SC-", "US", "E", "T"].map((prefix) =>
    SPEC_IDS.filter((id) => id.startsWith(prefix)).length
  );
  assert.deepEqual(counts, [23, 6, 13, 5, 67]);
  assert.equal(new Set(SPEC_IDS).size, 114);
  const some = ["FR-001", "FR-018a", "FR-022", "SC-006", "US1.1", "US3.4", "E5", "T001", "T067"];
  for (const id of some) assert.ok(SPEC_IDS.includes(id), id);
});

// On the lines of this file Deno.test stands for its own tests only.
const source = (...calls: string[]) => calls.map((call) => `Deno.test${call}`).join("\n");

Deno.test("the names of tests are read however they are written", () => {
  const text = source(
    '("E1 one", () => {});',
    '(\n  "E2 two \\"quoted\\"",\n);',
    "(`E3 three ${x}`, () => {});",
    '({\n  name: "E4 four",\n  ignore: false,\n});',
    "('E5 five', () => {});",
  );
  const indented = text.replaceAll("Deno", "  Deno");
  for (const written of [text, indented]) {
    const begun = testNamesIn(written).map((name) => name.split(" ").slice(0, 2).join(" "));
    assert.deepEqual(begun, ["E1 one", "E2 two", "E3 three", "E4 four", "E5 five"]);
  }
  for (const silent of ["", "const x = 1;", source("(name, () => {});")]) {
    assert.throws(() => testNamesIn(silent), /begin Deno\.test with its name/);
  }
  assert.throws(() => testNamesIn(source('("E1", f);', ".ignore(f);")), /1 names read of 2/);
  assert.throws(() => testNamesIn(`// ${source('("E1 commented out", f);')}`));
});

Deno.test("ids are read as wholes, alone or in ranges", () => {
  const cases = [
    ["FR-018a T013 a photo", ["FR-018a", "T013"]],
    ["FR-017..FR-019 all", ["FR-017", "FR-018", "FR-018a", "FR-019"]],
    ["US3.1 and US3.4.", ["US3.1", "US3.4"]],
    ["US3 is no scenario", ["US3"]],
    ["T64, US9.1 and FR-18 are unknown", ["T64", "US9.1", "FR-18"]],
    ["T003..T001 runs backwards", ["T003", "T001"]],
    ["E2E, HTTP2, UTF-8 and 10 MiB name nothing", []],
  ] as const;
  for (const [name, expected] of cases) {
    assert.deepEqual([...idsIn([name], SPEC_IDS)], expected, name);
  }
});

const DOCUMENT = `| id | what it asks | proof |
| -- | ------------ | ----- |
| E1 | an edge      | [a]   |
| E2 | another      | Dropped: nobody needs it |
| E3 | a third      | [a] and [b] |

[a]: ../tests/x/a_test.ts
[b]: ../tests/x/b_test.ts
`;
const TESTS = { "tests/x/a_test.ts": ["E1 E3 a"], "tests/x/b_test.ts": ["plain", "E3 b"] };

function faultsIn(change: { document?: string; tests?: Record<string, string[]> }): string[] {
  return coverageFaults({
    ids: ["E1", "E2", "E3"],
    document: change.document ?? DOCUMENT,
    tests: new Map(Object.entries({ ...TESTS, ...change.tests })),
  });
}

Deno.test("a map that agrees with its tests has no fault", () => {
  assert.deepEqual(faultsIn({}), []);
});

const without = (line: RegExp) => DOCUMENT.replace(line, "");
const FAULTS = [
  ["an id without a row", { document: without(/^\| E2.*\n/m) }, [/^E2 has no row in docs/]],
  [
    "a row without proof or reason",
    { document: DOCUMENT.replace("Dropped: nobody needs it", "") },
    [
      /^E2 has neither proof nor reason/,
    ],
  ],
  ["a reason without words", { document: DOCUMENT.replace("nobody needs it", "") }, [
    /^E2 has neither proof nor reason/,
  ]],
  ["a row with both", { document: DOCUMENT.replace("[a] and", "Dropped: old, [a]") }, [
    /^E3 is dropped in .* and links a proof/,
  ]],
  ["two rows of an id", { document: `${DOCUMENT}| E1 | again | [a] |\n` }, [/^E1 has 2 rows/]],
  ["a row that nobody asked for", { document: `${DOCUMENT}| E7 | x | Dropped: y |\n` }, [
    /has a row for E7, which nobody asked for/,
  ]],
  ["a label without a target", { document: without(/^\[b\].*\n/m) }, [
    /^E3 links \[b\]: add/,
    /^tests\/x\/b_test\.ts has a test named E3: link it/,
  ]],
  ["a target that no row uses", { document: `${DOCUMENT}[c]: ../tests/x/c_test.ts\n` }, [
    /uses \[c\]: remove/,
  ]],
  ["a file that is not there", { document: DOCUMENT.replace("b_test", "c_test") }, [
    /^E3 links tests\/x\/c_test\.ts, which is no test file/,
    /^tests\/x\/b_test\.ts has a test named E3: link it/,
  ]],
  ["a file without a test of the id", { tests: { "tests/x/b_test.ts": ["plain"] } }, [
    /^tests\/x\/b_test\.ts has no test named E3/,
  ]],
  ["a name with an unknown id", { tests: { "tests/x/c_test.ts": ["E4 US3"] } }, [
    /^tests\/x\/c_test\.ts names a test E4, which nobody asked for/,
    /^tests\/x\/c_test\.ts names a test US3, which nobody asked for/,
  ]],
  ["a name that the map does not link", { tests: { "tests/x/c_test.ts": ["E1..E2 all"] } }, [
    /^tests\/x\/c_test\.ts has a test named E1: link it/,
    /^tests\/x\/c_test\.ts has a test named E2: link it/,
  ]],
] as const;

for (const [what, change, expected] of FAULTS) {
  Deno.test(`the check finds ${what}`, () => {
    const faults = faultsIn(change as Parameters<typeof faultsIn>[0]);
    assert.equal(faults.length, expected.length, faults.join("\n"));
    expected.forEach((pattern, index) => assert.match(faults[index] ?? "", pattern));
  });
}
