import type { KeySource } from '../../src/kit.ts';

/** A pinned key with what its keepers have to know. Pinned by its primary key; the material says which subkeys sign. */
export interface PinnedKey extends KeySource {
  origin: string;
  /** What it signs and for which releases, for people. */
  usedFor: string;
  /** `YYYY-MM-DD`: the last key or subkey of it that signs runs out, as in the newest copy seen. Absent: never, or not known. */
  expires?: string;
  /** Subkeys pinned by themselves, in full: bound with SHA-1, they do not count as the primary key's. */
  subkeys?: string[];
  /** Signs nothing new; kept for what it has signed. */
  retired?: true;
}
