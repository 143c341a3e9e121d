import { runProgram } from "./run_program.ts";

const TIMEOUT_MS = 10_000;

export interface BinaryFaultOptions {
  signal?: AbortSignal | undefined;
  /** How long the binary may take to tell its version; 10 seconds unless given. */
  timeoutMs?: number;
}

/**
 * Why a server binary cannot be used, as the end of a sentence that begins with its path;
 * undefined when it runs and is new enough.
 */
export async function binaryFault(
  binary: string,
  minimum: readonly [number, number],
  { signal, timeoutMs = TIMEOUT_MS }: BinaryFaultOptions = {},
): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const run = await runProgram(binary, ["--version"], {
    env: { LC_ALL: "C" },
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }).catch((reason) => {
    if (reason !== timeout.reason) throw reason;
  });
  if (run === undefined) return `does not tell its version in ${timeoutMs / 1000} s`;
  const said = (run.stdout + run.stderr).trim();
  const firstLine = said.split("\n")[0];
  if (!run.success) return missingLibrary(said) ?? `does not start (${run.ending}): ${firstLine}`;

  const version = /\bv=?((\d+)\.(\d+)\S*)/.exec(said);
  if (version === null) return `names no version: ${firstLine}`;
  const [major, minor] = [Number(version[2]), Number(version[3])];
  const enough = major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
  return enough ? undefined : `is version ${version[1]}, and ${minimum.join(".")} is needed`;
}

/** Says which library the dynamic linker did not find and which Debian package brings it. */
function missingLibrary(output: string): string | undefined {
  const library = /error while loading shared libraries: ([^\s:]+)/.exec(output)?.[1];
  if (library === undefined) return undefined;
  const debian = debianPackage(library);
  const install = debian === undefined
    ? "install the package that holds it"
    : `install the package ${debian} (Debian, Ubuntu: sudo apt-get install ${debian})`;
  return `does not start: it lacks ${library}; ${install}`;
}

/** Debian Policy 8.1 names a library's package after its soname: libcurl.so.4 is in libcurl4. */
function debianPackage(library: string): string | undefined {
  const parts = /^(.+)\.so\.(\d+)/.exec(library);
  const [stem, version] = [parts?.[1], parts?.[2]];
  if (stem === undefined || version === undefined) return undefined;
  if (stem === "libcrypto") return `libssl${version}`;
  const name = stem.toLowerCase().replaceAll("_", "-");
  return /\d$/.test(name) ? `${name}-${version}` : `${name}${version}`;
}
