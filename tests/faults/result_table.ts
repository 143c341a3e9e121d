import type { RowResult } from "./run_row.ts";

const HEAD = ["row", "fault", "rounds", "assets", "violations", "slowest recovery"];

/** One line for each row, in Markdown, which is also easy to read in a terminal. */
export function resultTable(results: readonly RowResult[]): string {
  const lines = [HEAD, ...results.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0))
  );
  const isNumber = (column: number) => column >= 2;
  const rule = widths.map((width, column) =>
    "-".repeat(width - 1) + (isNumber(column) ? ":" : "-")
  );
  const [head = [], ...rows] = lines.map((cells) =>
    cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return isNumber(column) ? cell.padStart(width) : cell.padEnd(width);
    })
  );
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cellsOf({ row, rounds, assets, violations, slowestMs }: RowResult): string[] {
  return [
    row.id,
    row.fault,
    `${rounds}`,
    `${assets}`,
    `${violations.length}`,
    slowestMs === undefined ? "" : `${(slowestMs / 1000).toFixed(1)} s`,
  ];
}

/**
 * What follows when nothing was found: by the rule of three the true rate is, with 95 % confidence, at
 * most 3 in `assets`. https://doi.org/10.1001/jama.1983.03330370053031
 */
export function boundOf(results: readonly RowResult[]): string {
  const assets = results.reduce((sum, result) => sum + result.assets, 0);
  const violations = results.reduce((sum, result) => sum + result.violations.length, 0);
  if (violations > 0 || assets === 0) return `${violations} violations with ${assets} assets`;
  const percent = (300 / assets).toFixed(3);
  return `0 violations with ${assets} assets: 95 % upper bound ${percent} %`;
}
