const MAX_CHARACTERS = 500;

/** What went wrong with its causes, outermost first, in one line for an operator. */
export function explain(error: unknown): string {
  const messages: string[] = [];
  for (let cause = error; cause !== undefined && messages.length < 5;) {
    messages.push(cause instanceof Error ? cause.message : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return withoutPasswords(messages.join(": ")).replaceAll(/\s+/g, " ").slice(0, MAX_CHARACTERS)
    .toWellFormed();
}

/** The text without the user part of any URL in it, which may hold a password. */
export function withoutPasswords(text: string): string {
  return text.replace(/\/\/[^\s/@]*@/g, "//***@");
}
