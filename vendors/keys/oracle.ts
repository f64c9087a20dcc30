import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

const eight: PinnedKey = {
  fingerprint: '76FD3DB13AB67410B89DB10E82562EA9AD986DA3',
  key: () => import('./material/oracle-8.ts').then(({ armored }) => armored),
  origin: packages.distributionGpgKeys,
  usedFor: '.checksum of Oracle Linux 8 ISOs, not of template images',
  expires: '2039-04-04',
};
const nine: PinnedKey = {
  fingerprint: '3E6D826D3FBAB389C2F38E34BC4D06A08D8B756F',
  key: () => import('./material/oracle-9.ts').then(({ armored }) => armored),
  origin: packages.distributionGpgKeys,
  usedFor: '.checksum of Oracle Linux 9 and 10 ISOs, not of template images',
  expires: '2042-01-14',
};

/** Every key pinned for Oracle Linux. */
export const everyOracleKey: readonly PinnedKey[] = [eight, nine];
