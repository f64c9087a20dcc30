import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

const origin = packages.distributionGpgKeys;

const byMajor = new Map<string, readonly PinnedKey[]>([
  [
    '8',
    [
      {
        fingerprint: 'BC5EDDCADF502C077F1582882AE81E8ACED7258B',
        key: () => import('./material/almalinux-8.ts').then(({ armored }) => armored),
        origin,
        usedFor: 'CHECKSUM.asc of AlmaLinux 8 cloud images',
      },
      {
        fingerprint: '5E9B8F5617B5066CE92057C3488FCF7C3ABB34F8',
        key: () => import('./material/almalinux-8-2021.ts').then(({ armored }) => armored),
        origin,
        usedFor: 'CHECKSUM.asc of AlmaLinux 8 cloud images until 2023, by its subkey',
        subkeys: ['E53CF5EF91CEB0AD1812ECB851D6647EC21AD6EA'],
        expires: '2024-01-12',
        retired: true,
      },
    ],
  ],
  [
    '9',
    [
      {
        fingerprint: 'BF18AC2876178908D6E71267D36CB86CB86B3716',
        key: () => import('./material/almalinux-9.ts').then(({ armored }) => armored),
        origin,
        usedFor: 'CHECKSUM.asc of AlmaLinux 9 cloud images',
      },
    ],
  ],
  [
    '10',
    [
      {
        fingerprint: 'EE6DB7B98F5BF5EDD9DA0DE5DEE5C11CC2A1E572',
        key: () => import('./material/almalinux-10.ts').then(({ armored }) => armored),
        origin,
        usedFor: 'CHECKSUM.asc of AlmaLinux 10 cloud images',
      },
    ],
  ],
]);

/** The keys of a major release (`9`); empty for an unknown one. */
export function almalinuxKeys(major: string): readonly PinnedKey[] {
  return byMajor.get(major) ?? [];
}
/** Every key pinned for AlmaLinux. */
export const everyAlmalinuxKey: readonly PinnedKey[] = [...byMajor.values()].flat();
