import mongoose from "mongoose";
import pTimeout, { TimeoutError } from "p-timeout";
import { AssetError } from "../assets/errors.ts";

const {
  MongoClientClosedError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} = mongoose.mongo;

const AWAY = [
  TimeoutError,
  // What was under way when we closed it.
  MongoClientClosedError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
];

/**
 * What a server answers that is stopping or stepping down, or cannot reach another one or its
 * majority in time. https://www.mongodb.com/docs/manual/reference/error-codes/
 */
const AWAY_CODES: readonly unknown[] = [
  ...[6, 7, 64, 89, 91, 189, 202, 262, 9001, 10107, 11600, 11602, 13435, 13436],
];

/** The driver bounds the choice of a server only: a mongod that is stopped would hold a request for a minute. */
const ANSWER_MS = 4000;

/** Waits for MongoDB; throws `service_unavailable` when it is not there to answer. */
export async function answered<T>(query: PromiseLike<T>, milliseconds = ANSWER_MS): Promise<T> {
  try {
    return await pTimeout(Promise.resolve(query), { milliseconds });
  } catch (cause) {
    if (!isOutage(cause)) throw cause;
    throw new AssetError("service_unavailable", "MongoDB did not answer", { cause });
  }
}

/** Of a socket that ended while the driver wrote to it: it passes such errors on as they are. */
const SOCKET_CODES: readonly unknown[] = ["EPIPE", "ECONNRESET", "ECONNABORTED", "ECONNREFUSED"];

function isOutage(error: unknown): boolean {
  if (error instanceof MongoServerError) {
    return AWAY_CODES.includes(error.code) || error.hasErrorLabel("RetryableWriteError");
  }
  if (error instanceof Error && "code" in error && SOCKET_CODES.includes(error.code)) return true;
  // mongoose's own class and no other of its subclasses: a command before the first connection.
  const isUnconnected = error instanceof Error && error.name === "MongooseError";
  return isUnconnected || AWAY.some((kind) => error instanceof kind);
}
