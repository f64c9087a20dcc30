import * as packages from './packages.ts';
import type { PinnedKey } from './pinned-key.ts';

function release(
  number: string,
  fingerprint: string,
  key: () => Promise<{ armored: string }>,
): [string, PinnedKey] {
  const pin: PinnedKey = {
    fingerprint,
    key: async () => (await key()).armored,
    origin: packages.distributionGpgKeys,
    usedFor: `CHECKSUM of Fedora ${number} cloud images, .sig of Fedora CoreOS ${number}`,
  };
  // Support ended with Fedora 42 on 2026-05-27.
  return [number, Number(number) <= 42 ? { ...pin, retired: true } : pin];
}

/** Fedora makes one key for each release, nine to fifteen months before it. */
const byRelease = new Map<string, PinnedKey>([
  release(
    '40',
    '115DF9AEF857853EE8445D0A0727707EA15B79CC',
    () => import('./material/fedora-40.ts'),
  ),
  release(
    '41',
    '466CF2D8B60BC3057AA9453ED0622462E99D6AD1',
    () => import('./material/fedora-41.ts'),
  ),
  release(
    '42',
    'B0F4950458F69E1150C6C5EDC8AC4916105EF944',
    () => import('./material/fedora-42.ts'),
  ),
  release(
    '43',
    'C6E7F081CF80E13146676E88829B606631645531',
    () => import('./material/fedora-43.ts'),
  ),
  release(
    '44',
    '36F612DCF27F7D1A48A835E4DBFCF71C6D9F90A6',
    () => import('./material/fedora-44.ts'),
  ),
  release(
    '45',
    '4F50A6114CD5C6976A7F1179655A4B02F577861E',
    () => import('./material/fedora-45.ts'),
  ),
  release(
    '46',
    'D924B10D3E810DABDD8B56B596E7E91491211FCE',
    () => import('./material/fedora-46.ts'),
  ),
  release(
    '47',
    'B2E766FA50CA6FA2D5ED06FC09D879E09488FB64',
    () => import('./material/fedora-47.ts'),
  ),
]);

/** The key of a release (`44`); empty for an unknown one. */
export function fedoraKeys(number: string): readonly PinnedKey[] {
  const key = byRelease.get(number);
  return key === undefined ? [] : [key];
}
/** Every key pinned for Fedora. */
export const everyFedoraKey: readonly PinnedKey[] = [...byRelease.values()];
