import type { Connection } from "mongoose";
import { withDatabase } from "../../dev/database_uri.ts";
import { closeDatabase, createDatabase, openDatabase } from "../../src/database/connection.ts";
import { createMongoAssetStore } from "../../src/database/mongo_asset_store.ts";
import { recordLogs } from "./recorded_logs.ts";
import { services } from "./services.ts";

export interface TestDatabase extends AsyncDisposable {
  readonly uri: string;
  readonly connection: Connection;
  readonly store: ReturnType<typeof createMongoAssetStore>;
  /** The collection `assets` as it is stored, past mongoose. */
  readonly raw: ReturnType<Connection["collection"]>;
}

/** A database of the test's own on the real server; it is dropped at the end. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const name = `t${crypto.getRandomValues(new Uint8Array(8)).toHex()}`;
  const uri = withDatabase(services().mongoUri, name);
  const connection = await connectTo(uri);
  return {
    uri,
    connection,
    store: createMongoAssetStore(connection),
    raw: connection.collection("assets"),
    async [Symbol.asyncDispose]() {
      await connection.dropDatabase();
      await closeDatabase(connection);
    },
  };
}

/** One more connection; closing it is the caller's. */
export async function connectTo(uri: string): Promise<Connection> {
  const connection = createDatabase(recordLogs().logger);
  await openDatabase(connection, uri, AbortSignal.timeout(15_000));
  return connection;
}
