/** Something that must not be, by the name of its invariant (docs/reliability.md). */
export interface Violation {
  readonly invariant: string;
  readonly what: string;
}
