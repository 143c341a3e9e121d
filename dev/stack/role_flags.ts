import denoJson from "../../deno.json" with { type: "json" };

/** The flags, permissions above all, with which `deno task api` or `deno task worker` runs. */
export function roleFlags(role: "api" | "worker"): string[] {
  return denoJson.tasks[role].command.split(" ").filter((word) => word.startsWith("--"));
}
