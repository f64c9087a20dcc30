import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

function release(
  version: string,
  fingerprint: string,
  key: () => Promise<{ armored: string }>,
): [string, PinnedKey] {
  return [
    version,
    {
      fingerprint,
      key: async () => (await key()).armored,
      origin: packages.signifyOpenbsdKeys,
      usedFor: `SHA256.sig of OpenBSD ${version} (signify)`,
    },
  ];
}

/** One key for each release; a release contains the key of the next one. */
const byRelease = new Map<string, PinnedKey>([
  release('7.6', 'E4BB09F899BABCA2', () => import('./material/openbsd-76.ts')),
  release('7.7', '9B0825281A973155', () => import('./material/openbsd-77.ts')),
  release('7.8', 'B7FE7BC59A4E1259', () => import('./material/openbsd-78.ts')),
  release('7.9', 'D274D37D037CAF58', () => import('./material/openbsd-79.ts')),
  release('8.0', '8C4ADD1EAC74DCB5', () => import('./material/openbsd-80.ts')),
  release('8.1', '22AEE7D20B2D741B', () => import('./material/openbsd-81.ts')),
]);

/** The signify key of a release (`7.6`); empty for an unknown one. */
export function openbsdKeys(version: string): readonly PinnedKey[] {
  const key = byRelease.get(version);
  return key === undefined ? [] : [key];
}
/** Every key pinned for OpenBSD. */
export const everyOpenbsdKey: readonly PinnedKey[] = [...byRelease.values()];
