import type { PinnedKey } from './pinned-key.ts';

const cloud: PinnedKey = {
  fingerprint: 'F26ADFADBAE702EF7AF637459DA7EF23BFFCDF22',
  urls: [new URL('https://alpinelinux.org/keys/tomalok.asc')],
  origin:
    'named by three unrelated projects that verified a 3.24 cloud image with it (2026-11-20); in no Debian package, so it is fetched on use',
  usedFor: '.asc of cloud images',
};
const installer: PinnedKey = {
  fingerprint: '0482D84022F52DF1C4E7CD43293ACD0907D9495A',
  urls: [new URL('https://alpinelinux.org/keys/ncopa.asc')],
  origin:
    'alpinelinux.org/downloads, as quoted by several projects (2026-11-20); in no Debian package, so it is fetched on use',
  usedFor: '.asc of ISO, minirootfs and netboot files, not of cloud images',
};

/** Signs each cloud image separately. */
export const alpineCloudKeys: readonly PinnedKey[] = [cloud];
/** Signs ISO, minirootfs and netboot files. */
export const alpineInstallerKeys: readonly PinnedKey[] = [installer];
/** Every key pinned for Alpine Linux. */
export const everyAlpineKey: readonly PinnedKey[] = [cloud, installer];
