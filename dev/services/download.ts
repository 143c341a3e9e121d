export interface DownloadOptions {
  /** The PATH on which Python and pip are looked for. */
  path: string;
  report: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** Where MongoDB's archives are; MONGOMS_DOWNLOAD_MIRROR or fastdl.mongodb.org unless given. */
  mirror?: string;
  /** How long an archive of MongoDB may stand still before it is given up; 10 seconds unless given. */
  silenceMs?: number;
}

/** One download of a server program. */
export interface Download extends DownloadOptions {
  /** The download's own; goes with all that is in it. */
  readonly folder: string;
  /** Where the program goes in the end. */
  readonly target: string;
}
