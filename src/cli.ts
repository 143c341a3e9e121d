import { Command, type CommanderError } from "commander";
import denoJson from "../deno.json" with { type: "json" };
import { EXIT } from "./exit_codes.ts";

const NAME = "ai-queue-pipeline";
const VERSION = `${NAME} ${denoJson.version} (Deno ${Deno.version.deno}, ${Deno.build.target})`;

const FOOTER = `
Settings are environment variables: "${NAME} env" prints them all, to be filled in.

Exit codes: 0 ended as asked, 1 a fault, 2 usage, 69 Redis or MongoDB stayed away at the start,
78 configuration.`;

/** What the subcommands do; the promise of a role settles with its end. */
export interface Commands {
  api(): Promise<unknown>;
  worker(): Promise<unknown>;
  all(): Promise<unknown>;
  /** Every setting, as an .env file. */
  env(): Promise<string>;
  /** What is wrong with the API of this machine, if anything is. */
  healthcheck(): Promise<string | undefined>;
}

/** Runs what the arguments say; without any that is the API. Exits with 2 on wrong ones. */
export async function runCommand(args: readonly string[], commands: Commands): Promise<void> {
  const program = new Command(NAME)
    .description("Image in, AI result out, in real time, nothing lost.")
    .usage("[command]")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText("after", FOOTER)
    .showHelpAfterError(`See: ${NAME} --help`)
    .exitOverride(({ exitCode }: CommanderError) => Deno.exit(exitCode && EXIT.usage));
  const add = (name: string, description: string, action: () => void | Promise<unknown>) =>
    program.command(name).description(description).action(async () => void await action());

  add("api", "serve HTTP and Socket.io on one port (without a command, this)", commands.api);
  add("worker", "take jobs from the queue; run as many as you like", commands.worker);
  add("all", "api and worker in one process", commands.all);
  add(
    "env",
    "print every setting with its meaning and default, as an .env file",
    async () => write(Deno.stdout, await commands.env()),
  );
  add("healthcheck", "ask the API of this machine whether it lives: exit code 0 or 1", async () => {
    const fault = await commands.healthcheck();
    if (fault) write(Deno.stderr, `${fault}\n`);
    Deno.exit(fault ? EXIT.fault : EXIT.ended);
  });
  add("version", "print the version", () => write(Deno.stdout, `${VERSION}\n`));
  await program.parseAsync(args.length > 0 ? args : ["api"], { from: "user" });
}

function write(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  to.writeSync(new TextEncoder().encode(text));
}
