import type { Arch } from '../contracts/arch.ts';
import type { DiskContent } from '../contracts/disk/opened-disk.ts';
import type { FilePaths } from '../contracts/file-system.ts';
import { archOfPe, describeKernel } from '../image/kernel.ts';
import { rootTypes, unlessUnreadable } from './find-roots.ts';
import { espTypes } from './mounts.ts';
import type { ReadDisk } from './read-disk.ts';

/** Programs that every system has; links are followed. */
const programs = ['/bin/sh', '/usr/bin/env', '/sbin/init'];
const mostLoaders = 16;

/** The architecture of a system's programs, from the ELF header of the first one that exists. */
export async function readProgramArch(files: FilePaths): Promise<Arch | undefined> {
  for (const path of programs) {
    const head = await unlessUnreadable(() => readHead(files, path));
    const { kind, arch } = describeKernel(head ?? Buffer.alloc(0));
    if (kind === 'elf' && arch !== undefined) return arch;
  }
  return undefined;
}

/**
 * The architectures whose firmware finds a boot loader: those of the programs in `\EFI\BOOT` on the EFI system
 * partitions. An empty list proves nothing.
 */
export async function readLoaderArches({ content, files }: ReadDisk): Promise<Arch[]> {
  const arches = new Set<Arch>();
  for (const { name, type, fileSystem } of content.volumes) {
    if (fileSystem === undefined || !espTypes.includes(type)) continue;
    const esp = await files(name);
    const found = (await unlessUnreadable(() => esp.list('/EFI/BOOT'))) ?? [];
    // By default, firmware starts only BOOTX64.EFI and the same names for other architectures.
    const loaders = found.filter(
      ({ kind, name: file }) => kind === 'file' && /^boot.*\.efi$/i.test(file),
    );
    for (const loader of loaders.slice(0, mostLoaders)) {
      const head = await unlessUnreadable(() => readHead(esp, `/EFI/BOOT/${loader.name}`));
      const arch = archOfPe(head ?? Buffer.alloc(0));
      if (arch !== undefined) arches.add(arch);
    }
  }
  return [...arches];
}

/** The architecture from the types of the partitions, if they agree. */
export function archOfTypes({ volumes }: DiskContent): Arch | undefined {
  const [found, ...others] = [...rootTypes].filter(([, root]) => {
    return volumes.some(({ type }) => type === root);
  });
  return others.length === 0 ? found?.[0] : undefined;
}

async function readHead(files: FilePaths, path: string): Promise<Buffer> {
  return Buffer.from(await (await files.open(path)).read(0, 4096));
}
