import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

const origin = packages.distributionGpgKeys;

const byMajor = new Map<string, PinnedKey>([
  [
    '8',
    {
      fingerprint: '7051C470A929F454CEBE37B715AF5DAC6D745A60',
      key: () => import('./material/rocky-8.ts').then(({ armored }) => armored),
      origin,
      usedFor: '.CHECKSUM.asc of Rocky Linux 8, where there is one',
    },
  ],
  [
    '9',
    {
      fingerprint: '21CB256AE16FC54C6E652949702D426D350D275D',
      key: () => import('./material/rocky-9.ts').then(({ armored }) => armored),
      origin,
      usedFor: '.CHECKSUM.asc of Rocky Linux 9, where there is one',
    },
  ],
  [
    '10',
    {
      fingerprint: 'FC226859C0860BF0DDB95B085B106C736FEDFC85',
      key: () => import('./material/rocky-10.ts').then(({ armored }) => armored),
      origin,
      usedFor: '.CHECKSUM.asc of Rocky Linux 10 cloud images',
    },
  ],
]);

/** The key of a major release (`9`); empty for an unknown one. */
export function rockyKeys(major: string): readonly PinnedKey[] {
  const key = byMajor.get(major);
  return key === undefined ? [] : [key];
}
/** Every key pinned for Rocky Linux. */
export const everyRockyKey: readonly PinnedKey[] = [...byMajor.values()];
