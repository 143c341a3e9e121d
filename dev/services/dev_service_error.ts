/** Something the user can mend; the message alone says what is wrong and what to do. */
export class DevServiceError extends Error {
  override readonly name = "DevServiceError";
}

/** Turns an operating system error met while writing below `folder` into one that names the folder. */
export function folderError(folder: string, error: unknown): unknown {
  const fromSystem = error instanceof Error && "code" in error && typeof error.code === "string";
  if (!fromSystem) return error;
  return new DevServiceError(
    `Cannot write to the folder "${folder}": ${error.message}. Free it, or choose another one.`,
    { cause: error },
  );
}
