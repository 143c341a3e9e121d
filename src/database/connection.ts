import { setTimeout as pause } from "node:timers/promises";
import mongoose, { type Connection, createConnection } from "mongoose";
import type { Logger } from "../assets/ports.ts";
import { ConfigError } from "../config/config.ts";
import { endWithin } from "../end_within.ts";

const { MongoClient } = mongoose.mongo;
const UNPARSABLE = "MONGODB_URI must be a connection string that the MongoDB driver accepts";

const SERVER_SELECTION_MS = 2000;
const CLOSE_MS = 2000;

/** A MongoDB connection, not yet open; once open it fails fast in an outage and comes back by itself. */
export function createDatabase(logger: Logger): Connection {
  const connection = createConnection();
  let isReported = false;
  connection.on("connected", () => {
    isReported = false;
    logger.debug({}, "MongoDB connected");
    connection.once("disconnected", () => logger.warn({}, "MongoDB connection lost"));
  });
  connection.on("error", (err) => {
    logger[isReported ? "debug" : "warn"]({ err }, "MongoDB does not answer");
    isReported = true;
  });
  return connection;
}

/**
 * Opens the connection, trying again until `signal` ends it; then rejects with the last error. An
 * address that the driver cannot read is a ConfigError at once, without its text: it may hold a password.
 */
export async function openDatabase(connection: Connection, uri: string, signal: AbortSignal) {
  assertParsable(uri);
  for (;;) {
    try {
      await connection.openUri(uri, {
        serverSelectionTimeoutMS: SERVER_SELECTION_MS,
        heartbeatFrequencyMS: 1000,
        // A secondary may not know yet what its guard or a reader of events has to see.
        readPreference: "primary",
        // What is answered 202 has to survive a kill of mongod, also of a standalone one.
        writeConcern: { w: "majority", journal: true },
      });
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      await pause(250);
    }
  }
}

function assertParsable(uri: string): void {
  try {
    // Its constructor reads the address and connects to nothing.
    new MongoClient(uri);
  } catch {
    throw new ConfigError([UNPARSABLE]);
  }
}

/** Closes for good, so without the warning that a lost connection gets. */
export async function closeDatabase(connection: Connection): Promise<void> {
  connection.removeAllListeners("disconnected");
  await endWithin(CLOSE_MS, connection.close());
}
