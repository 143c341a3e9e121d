import { until } from "../../support/until.ts";
import mongoose from "mongoose";
import { withDatabase } from "../../../dev/database_uri.ts";
import { startKillable } from "./killable_server.ts";
import type { Mongo } from "./mongo.ts";
import { memberOf } from "./servers.ts";

const NAME = "rs0";

/** Three mongods of one replica set. Its members are reached without a proxy: they name themselves. */
export async function replicaSet(folder: string): Promise<Mongo> {
  await using resources = new AsyncDisposableStack();
  const members = await Promise.all(
    [1, 2, 3].map((number) => startKillable(memberOf(NAME), `${folder}-${number}`)),
  );
  for (const member of members) resources.use(member);
  const [first] = members;
  if (!first) throw new TypeError("No member");
  const hosts = members.map(({ url }) => new URL(url).host);
  const client = await mongoose.mongo.MongoClient.connect(`${first.url}/?directConnection=true`);
  try {
    const admin = client.db("admin");
    await admin.command({
      replSetInitiate: {
        _id: NAME,
        members: hosts.map((host, _id) => ({ _id, host, priority: 1 })),
        settings: { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500 },
      },
    });
    const hasPrimary = async () => (await admin.command({ hello: 1 })).isWritablePrimary;
    await until("a primary", hasPrimary, 30_000);
  } finally {
    await client.close();
  }
  const url = `mongodb://${hosts.join(",")}/?replicaSet=${NAME}`;
  const started = resources.move();
  return {
    ...first,
    url,
    uriThrough: (_, database) => withDatabase(url, database),
    viewOptions: {},
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
