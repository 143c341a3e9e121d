/** The real Redis and MongoDB that `deno task test` started (or was told by URL). */
export function services(): { redisUrl: string; mongoUri: string } {
  return { redisUrl: told("REDIS_URL"), mongoUri: told("MONGODB_URI") };
}

function told(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`${name} is not set: run the tests with "deno task test [files]"`);
  return value;
}
