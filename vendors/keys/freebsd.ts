import { compareVersions } from '../../src/kit.ts';
import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

const percival: PinnedKey = {
  fingerprint: '82563B84D0620EDC0DFB86413897F2E22E65AD3F',
  key: () => import('./material/freebsd-percival.ts').then(({ armored }) => armored),
  origin: packages.distributionGpgKeys,
  usedFor: 'CHECKSUM.*.asc on the web site, from 13.3 and 14.1 on (seen on 14.1)',
};
const barber: PinnedKey = {
  fingerprint: '78B342BA26C7B2AC681EA7BE524F0C37A0B946A3',
  urls: [new URL('https://docs.freebsd.org/pgpkeys/gjb.key')],
  origin:
    'FreeBSD documentation, documentation/static/pgpkeys/gjb.key (2026-11-20); in no Debian package, so it is fetched on use',
  usedFor: 'CHECKSUM.*.asc on the web site, 10.2 and 11.0 to 13.2 (seen on 10.2, 11.4, 12.3, 13.1)',
  expires: '2023-09-21',
  retired: true,
};

/**
 * The personal key of the release engineer of a release (`14.1`). Empty for 10.3 and 10.4: only the
 * key id 20B70DE13F1D1E4F of their signer is known.
 */
export function freebsdKeys(version: string): readonly PinnedKey[] {
  if (/^10\.[34]$/.test(version)) return [];
  // The key was made between 14.0 and 13.3, when another person became release engineer.
  const isRecent = version !== '14.0' && compareVersions(version, '13.3') >= 0;
  if (version === '14.0') return [barber, percival];
  return [isRecent ? percival : barber];
}
/** Every key pinned for FreeBSD. */
export const everyFreebsdKey: readonly PinnedKey[] = [percival, barber];
