import type { PinnedKey } from './pinned-key.ts';

/** Signs the automated weekly builds with a subkey; the expiry of both is extended every year. */
export const gentooKeys: readonly PinnedKey[] = [
  {
    fingerprint: '13EBBDBEDE7A12775DFDB1BABB572E0E2D182910',
    urls: [new URL('https://qa-reports.gentoo.org/output/service-keys.gpg')],
    origin:
      'gentoo/gentoo-docker-images, stage3.Dockerfile (2026-11-20), where the address of the keyring is from gentoo.org/downloads/signatures; in no Debian package, so it is fetched on use',
    usedFor: 'latest-*.txt, .sha256 and .asc of cloud images',
  },
];
