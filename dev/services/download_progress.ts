import { join } from "node:path";

const POLL_MS = 500;
const CALM_MS = 2_000;

export interface DownloadProgressOptions {
  /** Where the file grows, at any depth. */
  folder: string;
  /** How big it will be. */
  bytes: number;
  label: string;
  report: (line: string) => void;
}

/** Reports a download's growth until disposed: at each quarter, and every 2 seconds between. */
export function reportDownload(options: DownloadProgressOptions): Disposable {
  let reportedBytes = 0;
  let reportedAt = performance.now();

  const timer = setInterval(() => {
    const bytes = Math.min(biggestFile(options.folder), options.bytes);
    const quarter = (count: number) => Math.floor(4 * count / options.bytes);
    const due = quarter(bytes) > quarter(reportedBytes) || performance.now() - reportedAt > CALM_MS;
    if (bytes <= reportedBytes || !due) return;
    reportedBytes = bytes;
    reportedAt = performance.now();
    const percent = Math.floor(100 * bytes / options.bytes);
    options.report(
      `${options.label}: ${megabytes(bytes)} of ${megabytes(options.bytes)} MB (${percent} %)`,
    );
  }, POLL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function biggestFile(folder: string): number {
  try {
    const sizes = [...Deno.readDirSync(folder)].map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory ? biggestFile(path) : Deno.lstatSync(path).size;
    });
    return Math.max(0, ...sizes);
  } catch {
    // pip moves and removes its files while they are looked at.
    return 0;
  }
}
