import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../dev/project.ts";
import { type Child, startChild } from "../../dev/services/child_process.ts";
import { runProgram } from "../../dev/services/run_program.ts";
import { variableNames } from "../../src/config/variables.ts";
import { copyProject } from "../dev/project_copy.ts";

/** Somebody who follows the README in a copy of the project, with a photo.jpg of their own. */
export interface Reader extends AsyncDisposable {
  readonly folder: string;
  /** Runs a command to its end, which has to be a good one; what it printed. */
  run(command: string): Promise<string>;
  /** Starts a command that stays. */
  start(command: string, readyWhen: RegExp): Promise<Child & { readonly lines: readonly string[] }>;
  /** Writes a file of the reader's. */
  write(name: string, text: string): Promise<void>;
}

/** `settings` stand in the reader's shell, in which no other setting of the servers does. */
export async function newReader(settings: Readonly<Record<string, string>> = {}): Promise<Reader> {
  const project = await copyProject();
  const folder = project.path;
  await cp(join(ROOT, "dev/photos/coffee.png"), join(folder, "photo.jpg"));
  let count = 0;

  const shell = (command: string) => {
    const unset = [...variableNames(), "TOKEN"].flatMap((name) => ["-u", name]);
    const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    return {
      command: "/usr/bin/env",
      args: [
        ...unset,
        ...set,
        "sh",
        "-euc",
        command.replaceAll("npx -y deno@2.9.6", Deno.execPath()),
      ],
    };
  };

  return {
    folder,
    write: (name, text) => Deno.writeTextFile(join(folder, name), text),

    async run(text) {
      const { command, args } = shell(text);
      const { ending, stdout, stderr } = await runProgram(command, args, { cwd: folder });
      assert.equal(ending, "exit code 0", `${text}\n${stdout}${stderr}`);
      return stdout;
    },

    async start(text, readyWhen) {
      const lines: string[] = [];
      const child = await startChild({
        ...shell(`exec env ${text}`),
        name: text,
        cwd: folder,
        logFile: join(folder, `reader-${++count}.log`),
        readyWhen,
        startTimeoutMs: 60_000,
        onLine: (line) => lines.push(line),
      });
      return { ...child, lines };
    },

    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}
