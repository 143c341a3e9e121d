/** One line that a process logged. */
export interface LogLine {
  readonly msg: string;
  readonly level: string;
  readonly assetId?: string;
  readonly jobId?: string;
  readonly [field: string]: unknown;
}

/** The line as it was logged; one that is no JSON has all its text as its message. */
export function parseLine(text: string): LogLine {
  try {
    const line = JSON.parse(text);
    if (typeof line?.msg === "string") return line;
  } catch {
    // Below.
  }
  return { msg: text, level: "unknown" };
}

/** What no process may say, whatever happens around it: that something went past all our code. */
export function complaintIn(text: string): string | undefined {
  const { msg, level } = parseLine(text);
  const isFault = level === "unknown" || level === "fatal" || msg === "Unhandled rejection";
  return isFault && text.trim() !== "" ? text.slice(0, 500) : undefined;
}
