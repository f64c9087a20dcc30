import { fedoraKeys } from './fedora.ts';
import type { PinnedKey } from './pinned-key.ts';

/**
 * The key of the Fedora release that a CoreOS build (`44.20260905.3.0`) is made of; empty for one that is not known.
 * CoreOS' own installer takes the keys of the three newest releases for any build.
 */
export function fedoraCoreosKeys(version: string): readonly PinnedKey[] {
  return fedoraKeys(/^\d+/.exec(version)?.[0] ?? '');
}
