const LINES_SHOWN = 12;

/** A child that did not get ready: how it ended and what it said last. */
export class ChildStartError extends Error {
  override readonly name = "ChildStartError";

  constructor(
    readonly command: string,
    /** Such as `ended with exit code 1 before it was ready`. */
    readonly ending: string,
    /** The last lines it wrote, oldest first. */
    readonly output: readonly string[],
    options?: ErrorOptions,
  ) {
    const said = output.length === 0 ? ", without a word" : `:\n${tail(output)}`;
    super(`${command} ${ending}${said}`, options);
  }
}

function tail(lines: readonly string[]): string {
  return lines.slice(-LINES_SHOWN).map((line) => `  ${line}`).join("\n");
}
