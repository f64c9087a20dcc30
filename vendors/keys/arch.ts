import type { PinnedKey } from './pinned-key.ts';

/**
 * Signs every file of arch-boxes with a subkey that is renewed; it is not in `archlinux-keyring`.
 */
export const archKeys: readonly PinnedKey[] = [
  {
    fingerprint: '1B9A16984A4E8CB448712D2AE0B78BF4326C6F8F',
    urls: [
      new URL('https://raw.githubusercontent.com/archlinux/arch-boxes/master/README.md'),
      new URL(
        'https://keyserver.ubuntu.com/pks/lookup?op=get&options=mr&search=0x1B9A16984A4E8CB448712D2AE0B78BF4326C6F8F',
      ),
    ],
    origin:
      'README of archlinux/arch-boxes, which holds the key itself (2026-11-20); in no Debian package, so it is fetched on use',
    usedFor: '.sig of images and of their .SHA256',
    expires: '2027-05-28',
  },
];
