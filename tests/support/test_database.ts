import type { Connection } from "mongoose";
import { type Failure, jobIdOf } from "../../src/assets/asset.ts";
import type { NewDraft } from "../../src/assets/ports.ts";
import { withDatabase } from "../../dev/database_uri.ts";
import { closeDatabase, createDatabase, openDatabase } from "../../src/database/connection.ts";
import { createMongoAssetStore } from "../../src/database/mongo_asset_store.ts";
import { recordLogs } from "./recorded_logs.ts";
import { services } from "./services.ts";
import { newUserId } from "./tokens.ts";

export type Store = ReturnType<typeof createMongoAssetStore>;

export interface TestDatabase extends AsyncDisposable {
  readonly uri: string;
  readonly connection: Connection;
  readonly store: Store;
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

export const ORIGINAL_URL = "https://images.example.com/original.png";
export const FAILURE: Failure = { code: "ai_timeout", message: "Too slow.", retryable: true };

export const CAUSE = "The AI service did not answer in time";

/** Stands for one change. */
export const newStamp = () => crypto.randomUUID();

/** An attempt that fails right now, as the last of its run. */
export const lastAttempt = () => ({ at: new Date(), code: FAILURE.code, message: CAUSE });

export function newDraft(fields: Partial<NewDraft> = {}): NewDraft {
  return { userId: newUserId(), category: "lego", requestId: "request-1", ...fields };
}

/** An asset in its first run, whose job no worker has begun. */
export async function accept(store: Store): Promise<{ id: string; jobId: string }> {
  const { id } = await store.insertDraft(newDraft());
  await store.accept(id, ORIGINAL_URL);
  return { id, jobId: jobIdOf(id, 1) };
}

/** The same with a first call to the AI service under way. */
export async function begin(store: Store): Promise<{ id: string; jobId: string }> {
  const accepted = await accept(store);
  await store.claimCall(accepted.id, accepted.jobId, newStamp(), 3);
  return accepted;
}
