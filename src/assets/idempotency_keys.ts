/** One submission under a key of its user's choice. */
export interface KeyUse {
  readonly userId: string;
  readonly key: string;
  /** Of what was submitted: two submissions with the same one are the same. */
  readonly digest: string;
}

/** What a key stands for. */
export interface KeyEntry {
  readonly assetId: string;
  readonly digest: string;
  /** Known to be accepted, whatever became of it since. When false it may still be: ask the asset. */
  readonly isAccepted: boolean;
  /** Whether the request that claimed the key may still be at work on it. */
  readonly isHeld: boolean;
}

/**
 * The idempotency keys of the last 24 hours. A key stands for one asset, which was a draft when the
 * key was claimed for it. Everything throws `service_unavailable` when the database does not answer.
 */
export interface IdempotencyKeys {
  find(userId: string, key: string): Promise<KeyEntry | null>;
  /**
   * Lets the key stand for that draft, in place of the dead one `insteadOf` if it is given. Returns
   * false when it stands for something else, or `insteadOf` is known to be accepted.
   */
  claim(use: KeyUse, draftId: string, insteadOf?: string): Promise<boolean>;
  /** Keeps that the asset was accepted: its own document may go. One without a key is no error. */
  markAccepted(assetId: string): Promise<void>;
  /** Frees the key, unless its asset is known to be accepted. */
  release(assetId: string): Promise<void>;
}
