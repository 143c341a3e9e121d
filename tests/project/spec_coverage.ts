import { posix } from "node:path";

/** The map of the ids; its links are relative to its own folder. */
export const COVERAGE = "docs/spec-coverage.md";

export interface Coverage {
  /** All that are to be covered, in their order. */
  readonly ids: readonly string[];
  /** The text of docs/spec-coverage.md. */
  readonly document: string;
  /** The names of the tests in each file, by its path from the project's root. */
  readonly tests: ReadonlyMap<string, readonly string[]>;
}

interface Row {
  readonly id: string;
  readonly proof: string;
  /** `[folder/file]`, which the end of the document resolves. */
  readonly labels: readonly string[];
}

const ID = String.raw`\b(?:FR-\d+[a-z]?|SC-\d+|US\d+(?:\.\d+)?|E\d+|T\d+)(?![\w-])`;
const ID_OR_RANGE = new RegExp(String.raw`(${ID})(?:\.\.(${ID}))?`, "g");
const ROW = new RegExp(String.raw`^\|\s*(${ID})\s*\|[^|]*\|([^|]*)\|\s*$`, "gm");
const LABEL = /\[([^\]]+)\]/g;
const DEFINITION = /^\[([^\]]+)\]:\s*(\S+)\s*$/gm;
const REASON = /\bDropped:\s+\S/;
const TEST = /^[ \t]*Deno\.test\(\s*(?:\{\s*name:\s*)?(["'`])((?:\\.|(?!\1).)*)\1/gms;
const CALL = /^[ \t]*Deno\.test\b/gm;

/** Everything in which the map, the tests and the ids disagree; each says what to do. */
export function coverageFaults({ ids, document, tests }: Coverage): string[] {
  const rows = rowsOf(document);
  const targets = targetsOf(document);
  const idsOfFile = new Map([...tests].map(([file, names]) => [file, idsIn(names, ids)]));
  const linksOf = ({ labels }: Row) => labels.map((label) => targets.get(label) ?? "");
  return [
    ...ids.flatMap((id) => rowCountFaults(id, rows)),
    ...rows.filter(({ id }) => !ids.includes(id)).map(({ id }) =>
      `${COVERAGE} has a row for ${id}, which nobody asked for: correct its id or remove it`
    ),
    ...rows.flatMap((row) => proofFaults(row, targets, idsOfFile)),
    ...[...idsOfFile].flatMap(([file, named]) => nameFaults(file, named, ids, rows, linksOf)),
    ...[...targets].filter(([, file]) => !rows.some((row) => linksOf(row).includes(file)))
      .map(([label]) => `No row of ${COVERAGE} uses [${label}]: remove its line at the end`),
  ];
}

function rowCountFaults(id: string, rows: readonly Row[]): string[] {
  const count = rows.filter((row) => row.id === id).length;
  if (count === 1) return [];
  if (count > 1) return [`${id} has ${count} rows in ${COVERAGE}: make them one`];
  return [
    `${id} has no row in ${COVERAGE}: ` +
    `add "| ${id} | what it asks | [folder/file] |", or "Dropped: why" in place of the link`,
  ];
}

function proofFaults(
  { id, proof, labels }: Row,
  targets: ReadonlyMap<string, string>,
  idsOfFile: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const isDropped = REASON.test(proof);
  if (labels.length === 0) {
    return isDropped ? [] : [
      `${id} has neither proof nor reason in ${COVERAGE}: link a test file or say "Dropped: why"`,
    ];
  }
  if (isDropped) return [`${id} is dropped in ${COVERAGE} and links a proof: decide on one`];
  return labels.flatMap((label) => {
    const file = targets.get(label);
    if (!file) return [`${id} links [${label}]: add "[${label}]: ../tests/…" to ${COVERAGE}`];
    const named = idsOfFile.get(file);
    if (!named) return [`${id} links ${file}, which is no test file: correct ${COVERAGE}`];
    if (named.has(id)) return [];
    return [`${file} has no test named ${id}: name the one that proves it, or remove the link`];
  });
}

function nameFaults(
  file: string,
  named: ReadonlySet<string>,
  ids: readonly string[],
  rows: readonly Row[],
  linksOf: (row: Row) => string[],
): string[] {
  return [...named].flatMap((id) => {
    if (!ids.includes(id)) {
      return [`${file} names a test ${id}, which nobody asked for: correct the name`];
    }
    const row = rows.find((row) => row.id === id);
    if (!row || linksOf(row).includes(file)) return [];
    return [`${file} has a test named ${id}: link it in that row of ${COVERAGE}`];
  });
}

/** The names of the tests in a file's text; throws when it cannot read all of them, or any. */
export function testNamesIn(text: string): string[] {
  const names = [...text.matchAll(TEST)].map(([, , name = ""]) => name);
  const calls = text.match(CALL)?.length ?? 0;
  if (names.length === calls && calls > 0) return names;
  throw new Error(`${names.length} names read of ${calls} tests: begin Deno.test with its name`);
}

/** The ids in these names; a range such as FR-005..FR-014 stands for each id within. */
export function idsIn(names: readonly string[], ids: readonly string[]): Set<string> {
  const found = names.flatMap((name) => [...name.matchAll(ID_OR_RANGE)]);
  return new Set(found.flatMap(([, first = "", last = first]) => {
    const [from, to] = [ids.indexOf(first), ids.indexOf(last)];
    return from < 0 || to < from ? [first, last] : ids.slice(from, to + 1);
  }));
}

function rowsOf(document: string): Row[] {
  return [...document.matchAll(ROW)].map(([, id = "", proof = ""]) => ({
    id,
    proof,
    labels: [...proof.matchAll(LABEL)].map(([, label = ""]) => label),
  }));
}

/** The test files by their labels. */
function targetsOf(document: string): Map<string, string> {
  const definitions = [...document.matchAll(DEFINITION)];
  return new Map(
    definitions.map(([, label = "", target = ""]) => [
      label,
      posix.join(posix.dirname(COVERAGE), target),
    ]),
  );
}
