import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

/** Signs the list of hashes of every release. */
export const netbsdKeys: readonly PinnedKey[] = [
  {
    fingerprint: '271133262BF35CB50D4F504689261E17F5EF49FF',
    key: () => import('./material/netbsd-2019.ts').then(({ armored }) => armored),
    origin: packages.distributionGpgKeys,
    usedFor: 'security/hashes/NetBSD-<version>_hashes.asc',
    expires: '2029-04-30',
  },
];
