import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

/**
 * Signs the `.sha256` of every image of Leap and Tumbleweed; its expiry is extended from time to
 * time.
 */
export const opensuseKeys: readonly PinnedKey[] = [
  {
    fingerprint: 'AD485664E901B867051AB15F35A2F86E29B700A4',
    key: () => import('./material/opensuse.ts').then(({ armored }) => armored),
    origin: packages.distributionGpgKeys,
    usedFor: '.sha256.asc of Leap and Tumbleweed images',
    expires: '2030-05-27',
  },
];
