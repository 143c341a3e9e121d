import { parse } from "dotenv";
import { ConfigError } from "./config.ts";

/** Where settings may stand; the permissions of the tasks and of the program name it. */
const FILE = ".env";

/** The environment, and what it leaves open as the file .env of the working folder says. Throws a ConfigError. */
export function withEnvFile(
  env: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const told = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  try {
    return { ...parse(Deno.readTextFileSync(FILE)), ...told };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${FILE} of the working folder cannot be read: ${why}`]);
  }
}
