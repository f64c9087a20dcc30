import { type DecodeError, NotFoundError, refuse } from '../../errors.ts';
import { isBoot, isEsp } from '../mounts.ts';
import type { ReadVolume } from '../read-volumes.ts';
import type { RootedDisk } from './entry-root.ts';
import { readExtlinuxMenu } from './extlinux/read-extlinux-menu.ts';
import { readFlatcarMenu } from './flatcar.ts';
import { readGrubMenu } from './grub/read-grub.ts';
import { hasGrubStub } from './grub-stub.ts';
import { readKernelFiles } from './kernel-files.ts';
import type { BootPlaces, Menu } from './menu.ts';
import { hasSystemdBoot } from './systemd/efi-loaders.ts';
import { readSystemdMenu } from './systemd/read-systemd-menu.ts';

/** A boot loader, and the function that reads its menu: `undefined` if it has no configuration. */
type Loader = [name: string, read: (places: BootPlaces) => Promise<Menu | undefined>];

/**
 * The menu of the boot loader that counts. If the configuration of a loader boots no Linux kernel, a warning says so
 * and the next loader is used. Kernels without a configuration count only if no loader has one and everything that
 * the loader would read is readable.
 */
export async function chooseMenu(
  places: BootPlaces,
  { volumes, roots }: RootedDisk,
): Promise<Menu> {
  const unread = volumes.filter((one) => one.refusal !== undefined && (isEsp(one) || isBoot(one)));
  const warnings = unread.map(({ about, refusal }) => {
    return `${about.name} may hold a boot configuration and cannot be read: ${refusal?.message}`;
  });
  let isConfigured = false;
  for (const [name, read] of await loadersOf(places)) {
    const menu = await read(places);
    if (menu === undefined) continue;
    if (menu.entries.length > 0) return { ...menu, warnings: [...warnings, ...menu.warnings] };
    isConfigured = true;
    warnings.push(`The configuration of ${name} starts no Linux kernel.`, ...menu.warnings);
  }
  const [refused] = unread;
  if (refused?.refusal !== undefined) throw refused.refusal;
  const files = isConfigured
    ? undefined
    : ((await readFlatcarMenu(places)) ?? (await readKernelFiles(places)));
  if (files !== undefined) return files;
  if (!isConfigured && roots.length > 1) throw severalRoots(roots);
  return await nothingFound(places, volumes, isConfigured);
}

/** GRUB first if the firmware starts it, or if systemd-boot is not installed. */
async function loadersOf(places: BootPlaces): Promise<Loader[]> {
  const systemd: Loader = ['systemd-boot', readSystemdMenu];
  const grub: Loader = ['GRUB', readGrubMenu];
  const extlinux: Loader = ['extlinux', readExtlinuxMenu];
  const isSystemd = !(await hasGrubStub(places)) && (await hasSystemdBoot(places));
  return isSystemd ? [systemd, grub, extlinux] : [grub, systemd, extlinux];
}

/** Kernels without a configuration are taken from the only root; this is the error for several. */
function severalRoots(roots: RootedDisk['roots']): DecodeError {
  const names = roots.map(({ about }) => about.volume).join(', ');
  const message = `The disk has several roots and no boot configuration: ${names}`;
  return refuse('ambiguous-content', message, {
    hint: 'Read the files by path: rootdisk ls DISK PLACE, such as p1:/boot.',
  });
}

/** Throws the reason: a volume that cannot be read, or a disk without a kernel. */
async function nothingFound(
  { volumes: readable }: BootPlaces,
  volumes: readonly ReadVolume[],
  isConfigured: boolean,
): Promise<never> {
  // Damaged volumes were skipped in the search for roots; here they must give an error.
  for (const { files } of readable) await files.list('/');
  const [largest] = volumes
    .filter(({ refusal }) => refusal !== undefined && refusal.details.format !== 'swap')
    .sort((left, right) => right.about.sizeBytes - left.about.sizeBytes);
  if (largest?.refusal !== undefined) throw largest.refusal;
  throw new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: isConfigured
      ? 'The boot configuration of the disk starts no Linux kernel'
      : 'The disk has neither a boot configuration nor a kernel in /boot',
    hint: 'Look at the disk with rootdisk inspect FILE.',
    details: { field: 'kernel' },
  });
}
