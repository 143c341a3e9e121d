import { folderBytes } from "./folder_bytes.ts";

const POLL_MS = 500;
const CALM_MS = 2_000;

export interface DownloadProgressOptions {
  /** Where the download grows. */
  folder: string;
  /** How big it will be. */
  bytes: number;
  report: (line: string) => void;
}

/** Reports a download's growth until disposed: at each quarter, and every 2 seconds between. */
export function reportDownload({ folder, bytes, report }: DownloadProgressOptions): Disposable {
  let reportedBytes = 0;
  let reportedAt = performance.now();

  const timer = setInterval(() => {
    const grown = Math.min(folderBytes(folder), bytes);
    const quarter = (count: number) => Math.floor(4 * count / bytes);
    const due = quarter(grown) > quarter(reportedBytes) || performance.now() - reportedAt > CALM_MS;
    if (grown <= reportedBytes || !due) return;
    reportedBytes = grown;
    reportedAt = performance.now();
    const percent = Math.floor(100 * grown / bytes);
    report(`${megabytes(grown)} of ${megabytes(bytes)} MB (${percent} %)`);
  }, POLL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Bytes as millions, with one digit after the point. */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
