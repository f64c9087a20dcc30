import type { PinnedKey } from './pinned-key.ts';

/**
 * Signs every image with a subkey, which is replaced every one to two years; the primary key does
 * not expire.
 */
export const flatcarKeys: readonly PinnedKey[] = [
  {
    fingerprint: 'F88CFEDEFF29A5B4D9523864E25D9AED0593B34A',
    urls: [
      new URL('https://www.flatcar.org/security/image-signing-key/Flatcar_Image_Signing_Key.asc'),
    ],
    origin:
      'flatcar/flatcar-website, static/security/image-signing-key (2026-11-20); in no Debian package, so it is fetched on use',
    usedFor: '.sig of images, .DIGESTS.asc',
    expires: '2027-03-08',
  },
];
