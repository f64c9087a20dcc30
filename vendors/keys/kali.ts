import type { PinnedKey } from './pinned-key.ts';

/** Signs `SHA256SUMS` since April 2025, when Kali lost the previous key. */
export const kaliKeys: readonly PinnedKey[] = [
  {
    fingerprint: '827C8569F2518CC677FECA1AED65462EC8D5E4C5',
    urls: [new URL('https://archive.kali.org/archive-key.asc')],
    origin:
      'kali.org blog of 2025-04-28 (2026-11-20); in no Debian package, so it is fetched on use',
    usedFor: 'SHA256SUMS.gpg of cloud images',
    expires: '2028-04-17',
  },
];
