type Complete<T> = T extends object ? { -readonly [Key in keyof T]-?: Complete<T[Key]> } : T;

/** `true` when both types have the same fields of the same types; whether readonly does not matter. */
export type SameShape<A, B> = [Complete<A>, Complete<B>] extends [Complete<B>, Complete<A>] ? true
  : never;
