/** Whether a document with that unique value is there already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === 11_000;
}

/** For an insert that may come second: the document is there, which is all that was wanted. */
export function ignoreDuplicateKey(error: unknown): undefined {
  if (!isDuplicateKey(error)) throw error;
}
