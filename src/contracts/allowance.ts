/** The values of `allow`: each accepts one harmless irregularity that is refused without it. */
export const allowances = ['trailing', 'corrupt-flag', 'encrypted'] as const;

/**
 * `trailing`: bytes after a compressed stream or an archive whose own checks passed. `corrupt-flag`: a disk image
 * that is marked as corrupt. `encrypted`: a disk that is encrypted as a whole.
 */
export type Allowance = (typeof allowances)[number];

/** An irregularity of an image that the call allowed. `message` is for people. */
export interface AllowedDefect {
  allowance: Allowance;
  message: string;
}

/** A decoder asks this before it refuses something that a call may allow. */
export interface Allowing {
  /** Every value that the call gives, for a decoder that reads differently with it. */
  readonly allow: readonly Allowance[];
  /**
   * True if the call allows this. The allowance is recorded, and the caller gets a warning with the text `message`.
   */
  allows(allowance: Allowance, message: string): boolean;
}
