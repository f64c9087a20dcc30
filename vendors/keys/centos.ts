import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

const seven: PinnedKey = {
  fingerprint: '6341AB2753D78A78A7C27BB124C6A8A7F4A80EB5',
  key: () => import('./material/centos-7.ts').then(({ armored }) => armored),
  origin: packages.distributionGpgKeys,
  usedFor: 'sha256sum.txt.asc of CentOS 7 cloud images',
  retired: true,
};
const eight: PinnedKey = {
  fingerprint: '99DB70FAE1D7CE227FB6488205B555B38483C65D',
  key: () => import('./material/centos-8.ts').then(({ armored }) => armored),
  origin: packages.distributionGpgKeys,
  usedFor: 'CHECKSUM.asc of CentOS 8; no signature of Stream 9 and 10 images was found',
  retired: true,
};

/** The key of a release (`7`, `8`); empty for the Stream releases, whose images are not signed. */
export function centosKeys(release: string): readonly PinnedKey[] {
  if (release === '7') return [seven];
  return release === '8' ? [eight] : [];
}
/** Every key pinned for CentOS. */
export const everyCentosKey: readonly PinnedKey[] = [seven, eight];
