import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

const installer: PinnedKey = {
  fingerprint: 'DF9B9C49EAA9298432589D76DA87E80D6294BE9B',
  key: () => import('./material/debian-cd.ts').then(({ armored }) => armored),
  origin: packages.debianKeyring,
  usedFor: 'SHA256SUMS.sign and SHA512SUMS.sign of installer images, not of cloud images',
};
const testingInstaller: PinnedKey = {
  fingerprint: 'F41D30342F3546695F65C66942468F4009EA8AC3',
  key: () => import('./material/debian-cd-testing.ts').then(({ armored }) => armored),
  origin: packages.debianKeyring,
  usedFor: 'SHA256SUMS.sign and SHA512SUMS.sign of installer images of testing',
};

function archive(
  fingerprint: string,
  expires: string,
  usedFor: string,
  key: () => Promise<{ armored: string }>,
): PinnedKey {
  const origin = packages.debianArchiveKeyring;
  return { fingerprint, key: async () => (await key()).armored, origin, usedFor, expires };
}

const bullseye = [
  archive(
    '1F89983E0081FDE018F3CC9673A4F27B8DD47936',
    '2029-01-15',
    'InRelease of bullseye',
    () => import('./material/debian-archive-11.ts'),
  ),
  archive(
    'A4285295FC7B1A81600062A9605C66F00D6C9793',
    '2029-02-11',
    'InRelease of bullseye, by the release team',
    () => import('./material/debian-release-11.ts'),
  ),
];
const bookworm = [
  archive(
    'B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8',
    '2031-01-19',
    'InRelease of bookworm',
    () => import('./material/debian-archive-12.ts'),
  ),
  archive(
    '4D64FEC119C2029067D6E791F8D2585B8783D481',
    '2031-01-21',
    'InRelease of bookworm, by the release team',
    () => import('./material/debian-release-12.ts'),
  ),
];
const trixieArchive = archive(
  '04B54C3CDCA79751B16BC6B5225629DF75B188BD',
  '2035-03-28',
  'InRelease of trixie, testing and sid',
  () => import('./material/debian-archive-13.ts'),
);
const trixie = [
  trixieArchive,
  archive(
    '41587F7DB8C774BCCF131416762F67A0B2C39DE4',
    '2033-03-22',
    'InRelease of trixie, by the release team',
    () => import('./material/debian-release-13.ts'),
  ),
];
const bySuite = new Map<string, readonly PinnedKey[]>([
  ['bullseye', bullseye],
  ['bookworm', bookworm],
  ['trixie', trixie],
  ['forky', [trixieArchive]],
  ['sid', [trixieArchive]],
]);

/**
 * The keys that sign `InRelease` of the archive for a code name; empty for an unknown one. Cloud
 * images are not signed.
 */
export function debianArchiveKeys(codename: string): readonly PinnedKey[] {
  return bySuite.get(codename) ?? [];
}
/** The keys that sign the checksum lists of installer images. */
export function debianInstallerKeys(suite: 'stable' | 'testing'): readonly PinnedKey[] {
  return [suite === 'stable' ? installer : testingInstaller];
}
/** Every key pinned for Debian. */
export const everyDebianKey: readonly PinnedKey[] = [
  installer,
  testingInstaller,
  ...bullseye,
  ...bookworm,
  ...trixie,
];
