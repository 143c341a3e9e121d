const MONGODB_URI = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/;

/** The same MongoDB server or cluster, with `database` as the database of the URI. */
export function withDatabase(mongoUri: string, database: string): string {
  return mongoUri.replace(MONGODB_URI, `$1/${database}$2`);
}
