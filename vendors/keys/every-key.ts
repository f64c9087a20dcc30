import { everyAlmalinuxKey } from './almalinux.ts';
import { everyAlpineKey } from './alpine.ts';
import { archKeys } from './arch.ts';
import { everyCentosKey } from './centos.ts';
import { cirrosKeys } from './cirros.ts';
import { everyDebianKey } from './debian.ts';
import { everyFedoraKey } from './fedora.ts';
import { flatcarKeys } from './flatcar.ts';
import { everyFreebsdKey } from './freebsd.ts';
import { gentooKeys } from './gentoo.ts';
import { kaliKeys } from './kali.ts';
import { netbsdKeys } from './netbsd.ts';
import { everyOpenbsdKey } from './openbsd.ts';
import { opensuseKeys } from './opensuse.ts';
import { everyOracleKey } from './oracle.ts';
import type { PinnedKey } from './pinned-key.ts';
import { everyRockyKey } from './rocky.ts';
import { everyUbuntuKey } from './ubuntu.ts';

/**
 * Every pinned key by vendor: for the calendar of expiry dates and for the documentation. A vendor
 * imports its own file only.
 */
export const everyKey: Readonly<Record<string, readonly PinnedKey[]>> = {
  almalinux: everyAlmalinuxKey,
  alpine: everyAlpineKey,
  arch: archKeys,
  centos: everyCentosKey,
  cirros: cirrosKeys,
  debian: everyDebianKey,
  fedora: everyFedoraKey,
  flatcar: flatcarKeys,
  freebsd: everyFreebsdKey,
  gentoo: gentooKeys,
  kali: kaliKeys,
  netbsd: netbsdKeys,
  openbsd: everyOpenbsdKey,
  opensuse: opensuseKeys,
  oracle: everyOracleKey,
  rocky: everyRockyKey,
  ubuntu: everyUbuntuKey,
};
