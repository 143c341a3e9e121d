import type { DataServer } from "./data_servers.ts";

export interface System {
  readonly os: typeof Deno.build.os;
  readonly arch: typeof Deno.build.arch;
  /** The text of /etc/os-release, empty where there is none. */
  readonly osRelease: string;
}

export function thisSystem(): System {
  return { os: Deno.build.os, arch: Deno.build.arch, osRelease: readOsRelease() };
}

/** Sentences that say what to install on `system` to have the server, and the way without. */
export function installAdvice(server: DataServer, system: System): string {
  return `${packageAdvice(server, system)} ${urlAdvice(server)}`;
}

/** The way out that is always open. */
function urlAdvice({ name, url, urlVariable }: DataServer): string {
  const example = url(name === "mongod" ? 27017 : 6379);
  return `Or set ${urlVariable} to one that runs already, such as ${urlVariable}=${example}.`;
}

function packageAdvice({ name, minimum }: DataServer, system: System): string {
  if (system.os === "darwin") {
    return name === "mongod"
      ? "On macOS: brew tap mongodb/brew && brew install mongodb-community."
      : "On macOS: brew install redis.";
  }
  const distribution = field(system, "PRETTY_NAME") || system.os;
  const debianLike = /\b(debian|ubuntu)\b/.test(
    `${field(system, "ID")} ${field(system, "ID_LIKE")}`,
  );
  if (!debianLike) {
    return `On ${distribution}: install ${name} ${minimum.join(".")} or newer, ` +
      "so that it is on the PATH.";
  }
  if (name === "redis-server") return `On ${distribution}: sudo apt-get install redis-server.`;
  return `On ${distribution}: the distribution has no package of MongoDB, so install mongodb-org ` +
    "from https://www.mongodb.com/docs/manual/administration/install-on-linux/.";
}

function field(system: System, name: string): string {
  const value = new RegExp(`^${name}=(.*)$`, "m").exec(system.osRelease)?.[1] ?? "";
  return value.replace(/^"|"$/g, "");
}

function readOsRelease(): string {
  try {
    return Deno.readTextFileSync("/etc/os-release");
  } catch {
    return "";
  }
}
