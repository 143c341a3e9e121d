/** The parts of mongodb-memory-server-core 11 that download a mongod; see mongod_download_main.ts. */
export interface MemoryServerPackage {
  readonly DownloadError: ErrorClass<Error & { readonly msg: string }>;
  readonly Md5CheckFailedError: ErrorClass<Error & { readonly binarymd5: string }>;
  readonly MongoBinaryDownload: new (options: ArchiveOptions) => MongoBinaryDownload;
  readonly MongoBinaryDownloadUrl: new (
    options: ArchiveOptions,
  ) => { getDownloadUrl(): Promise<string> };
  /** Reads the text of an os-release file. */
  readonly parseOS: (osRelease: string) => OperatingSystem;
}

export interface ArchiveOptions {
  readonly version: string;
  readonly platform: string;
  readonly arch: string;
  readonly os: OperatingSystem;
  readonly downloadDir: string;
  readonly checkMD5: boolean;
}

export interface OperatingSystem {
  readonly os: string;
  readonly dist?: string;
  readonly release?: string;
  readonly id_like?: readonly string[];
}

export interface MongoBinaryDownload {
  readonly dlProgress: { readonly length: number };
  printDownloadProgress(...args: unknown[]): void;
  /** Returns the archive's path. */
  startDownload(): Promise<string>;
  /** Extracts the files that the filter takes; undefined when there is none. */
  extractTarGz(
    archive: string,
    target: string,
    filter: (name: string) => boolean,
  ): Promise<string | undefined>;
}

// deno-lint-ignore no-explicit-any -- a class that is only asked for its instances
type ErrorClass<Instance extends Error> = new (...args: any[]) => Instance;
