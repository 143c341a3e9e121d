/** Something the user can mend; the message alone says what is wrong and what to do. */
export class DevServiceError extends Error {
  override readonly name = "DevServiceError";
}

/** Turns an operating system error met while writing below `folder` into one that names the folder. */
export function folderError(folder: string, error: unknown, wayOut: string): unknown {
  const fromSystem = error instanceof Error && "code" in error && typeof error.code === "string";
  if (!fromSystem) return error;
  const advice = error.code === "ENOSPC" ? "make room on its disk" : wayOut;
  return new DevServiceError(`"${folder}" cannot be written to (${error.message}): ${advice}`, {
    cause: error,
  });
}
