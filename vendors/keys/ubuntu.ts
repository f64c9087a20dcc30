import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

const images: PinnedKey = {
  fingerprint: 'D2EB44626FDDC30B513D5BB71A5D6C4C7DB87C81',
  key: () => import('./material/ubuntu-images.ts').then(({ armored }) => armored),
  origin: packages.ubuntuKeyring,
  usedFor: 'SHA256SUMS.gpg of cloud images, all releases',
};
const streams: PinnedKey = {
  fingerprint: '4A3CE3CD565D7EB5C810E2B97FF3F408476CF100',
  key: () => import('./material/ubuntu-streams.ts').then(({ armored }) => armored),
  origin: packages.ubuntuKeyring,
  usedFor: 'Simple Streams (.sjson) of cloud images, all releases',
};

/** Signs the `SHA256SUMS` of every folder of cloud images. */
export const ubuntuImageKeys: readonly PinnedKey[] = [images];
/** Signs the Simple Streams (`.sjson`), but not the lists of digests. */
export const ubuntuStreamKeys: readonly PinnedKey[] = [streams];
/** Every key pinned for Ubuntu. */
export const everyUbuntuKey: readonly PinnedKey[] = [images, streams];
