import type { PinnedKey } from './pinned-key.ts';

/** Signed the Simple Streams of cirros; it is not known whether it is still in use. */
export const cirrosKeys: readonly PinnedKey[] = [
  {
    fingerprint: '2694C8BE4DE46591FF6D52A2959384848F4CE6D0',
    origin:
      'simplestreams, examples/keys/cirros.pub (2026-11-20); in no Debian package, and no address of the vendor is known: give the key yourself',
    usedFor: 'Simple Streams (.sjson)',
    subkeys: ['14AA512B28C4681C6D97955564725A99A5DDB840'],
    expires: '2020-02-25',
    retired: true,
  },
];
