/** What `allow` may name: each opens something that is odd and does no harm, and is refused without it. */
export const allowances = ['trailing', 'corrupt-flag', 'encrypted'] as const;

/**
 * `trailing`: bytes behind a compressed stream or an archive whose own checks passed. `corrupt-flag`: a disk image that
 * marks itself as corrupt. `encrypted`: a disk that its guest encrypted as a whole.
 */
export type Allowance = (typeof allowances)[number];

/** Something odd that an image has and that the call allowed. `message` is for people. */
export interface AllowedDefect {
  allowance: Allowance;
  message: string;
}

/** What a decoder asks before it refuses something that a call may allow. */
export interface Allowing {
  /** Every word that the call gives, for a decoder that reads in another way then. */
  readonly allow: readonly Allowance[];
  /** Whether the call allows this; what it allowed is recorded, and the caller is warned of it in the words of `message`. */
  allows(allowance: Allowance, message: string): boolean;
}
