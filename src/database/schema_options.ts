/** What all our collections have in common: nothing is stored that the schema does not know. */
export const SCHEMA_OPTIONS = {
  versionKey: false,
  strict: "throw",
  // Without a connection a command fails at once, also before the first one was made.
  bufferCommands: false,
  autoCreate: false,
  autoIndex: false,
} as const;
