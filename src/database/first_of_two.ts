/** Two that insert the same document at once: the second, for which this gives undefined, finds it there. */
export function unlessFirstOfTwo(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === 11_000) return undefined;
  throw error;
}
