import mongoose from "mongoose";
import { AssetError } from "../assets/errors.ts";

const { CastError, ValidationError, StrictModeError } = mongoose.Error;
const { MongoServerError } = mongoose.mongo;

/** Waits for MongoDB; throws `service_unavailable` when it is not there to answer. */
export async function answered<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (cause) {
    if (isOurs(cause)) throw cause;
    throw new AssetError("service_unavailable", "MongoDB did not answer", { cause });
  }
}

/** A query that MongoDB or mongoose understood and refused: a fault of ours, not an outage. */
function isOurs(error: unknown): boolean {
  if (error instanceof MongoServerError) return !error.hasErrorLabel("RetryableWriteError");
  return [CastError, ValidationError, StrictModeError].some((kind) => error instanceof kind);
}
