import { Command, type CommanderError } from "commander";
import denoJson from "../deno.json" with { type: "json" };
import { EXIT } from "./exit_codes.ts";

const NAME = "ai-queue-pipeline";
const VERSION = `${NAME} ${denoJson.version} (Deno ${Deno.version.deno}, ${Deno.build.target})`;

const FOOTER = `
Settings are environment variables: "${NAME} env > .env" writes them all, to be filled in, and
"${NAME} --env-file" goes by that file.

Exit codes: 0 ended as asked, 1 a fault, 2 usage, 69 Redis or MongoDB stayed away at the start,
78 configuration.`;

export interface Options {
  /** Whether settings may also stand in the file .env. */
  readonly envFile?: boolean;
}

/** What the subcommands do; the promise of a role settles with its end. */
export interface Commands {
  api(options: Options): Promise<unknown>;
  worker(options: Options): Promise<unknown>;
  all(options: Options): Promise<unknown>;
  /** Every setting, as an .env file. */
  env(): Promise<string>;
  /** What is wrong with the API of this machine, if anything is. */
  healthcheck(options: Options): Promise<string | undefined>;
}

/** Runs what the arguments say; without a command that is the API. Exits with 2 on wrong ones. */
export async function runCommand(args: readonly string[], commands: Commands): Promise<void> {
  const program = new Command(NAME)
    .description("Image in, AI result out, in real time, nothing lost.")
    .usage("[command] [--env-file]")
    .option("--env-file", "go by the file .env of this folder, too; the environment goes first")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText("after", FOOTER)
    .showHelpAfterError(`See: ${NAME} --help`)
    .exitOverride(({ exitCode }: CommanderError) => Deno.exit(exitCode && EXIT.usage));
  const add = (
    name: string,
    description: string,
    action: (options: Options) => void | Promise<unknown>,
  ) =>
    program.command(name).description(description)
      .action(async () => void await action(program.opts<Options>()));

  add("api", "serve HTTP and Socket.io on one port (without a command, this)", commands.api);
  add("worker", "take jobs from the queue; run as many as you like", commands.worker);
  add("all", "api and worker in one process", commands.all);
  add(
    "env",
    "print every setting with its meaning and default, as an .env file",
    async () => write(Deno.stdout, await commands.env()),
  );
  add(
    "healthcheck",
    "ask the API of this machine whether it lives: exit code 0 or 1",
    async (options) => {
      const fault = await commands.healthcheck(options);
      if (fault) write(Deno.stderr, `${fault}\n`);
      Deno.exit(fault ? EXIT.fault : EXIT.ended);
    },
  );
  add("version", "print the version", () => write(Deno.stdout, `${VERSION}\n`));
  const namesNone = args.every((arg) => arg === "--env-file");
  await program.parseAsync(namesNone ? ["api", ...args] : args, { from: "user" });
}

function write(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  to.writeSync(new TextEncoder().encode(text));
}
