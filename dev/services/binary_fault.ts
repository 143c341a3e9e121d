import { missingLibrary } from "./missing_library.ts";
import { runProgram } from "./run_program.ts";

/**
 * Why a server binary cannot be used, as the end of a sentence that begins with its path;
 * undefined when it runs and is new enough.
 */
export async function binaryFault(
  binary: string,
  minimum: readonly [number, number],
): Promise<string | undefined> {
  const run = await runProgram(binary, ["--version"], { env: { LC_ALL: "C" } });
  const said = (run.stdout + run.stderr).trim();
  const firstLine = said.split("\n")[0];
  if (!run.success) return missingLibrary(said) ?? `does not start (${run.ending}): ${firstLine}`;

  const version = /\bv=?((\d+)\.(\d+)\S*)/.exec(said);
  if (version === null) return `names no version: ${firstLine}`;
  const [major, minor] = [Number(version[2]), Number(version[3])];
  const enough = major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
  return enough ? undefined : `is version ${version[1]}, and ${minimum.join(".")} is needed`;
}
