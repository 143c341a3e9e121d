import type { mongo } from "mongoose";
import { withDatabase } from "../../../dev/database_uri.ts";
import { type KillableServer, startKillable } from "./killable_server.ts";
import { standaloneMongod } from "./servers.ts";

/** MongoDB as a world has it: one server, or more behind one address. */
export interface Mongo extends KillableServer {
  /** What a process is told that reaches it through the proxy at `proxyUrl`. */
  uriThrough(proxyUrl: string, database: string): string;
  readonly viewOptions: mongo.MongoClientOptions;
}

/** One mongod without a replica set. */
export async function standalone(folder: string): Promise<Mongo> {
  const server = await startKillable(standaloneMongod, folder);
  return { ...server, uriThrough: withDatabase, viewOptions: {} };
}
