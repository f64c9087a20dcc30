import { fedoraKeys } from './fedora.ts';
import type { PinnedKey } from './pinned-key.ts';

/**
 * The key of the Fedora release that a CoreOS build (`44.20260905.3.0`) is based on; empty for an
 * unknown one. CoreOS' own installer accepts the keys of the three newest releases for every build.
 */
export function fedoraCoreosKeys(version: string): readonly PinnedKey[] {
  return fedoraKeys(/^\d+/.exec(version)?.[0] ?? '');
}
