import type { KeySource } from '../../src/kit.ts';

/**
 * A pinned key with the facts that its maintainers need. The primary key is pinned; the material
 * says which subkeys sign.
 */
export interface PinnedKey extends KeySource {
  origin: string;
  /** What it signs and for which releases, as text for readers. */
  usedFor: string;
  /**
   * `YYYY-MM-DD`: expiry of the last key or subkey that signs, in the newest copy seen. Absent:
   * never, or not known.
   */
  expires?: string;
  /**
   * Fingerprints of subkeys that are pinned directly: their binding uses SHA-1, so they do not
   * count as subkeys of the primary key.
   */
  subkeys?: string[];
  /** The key makes no new signatures; it is kept for the old ones. */
  retired?: true;
}
