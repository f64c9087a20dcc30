import type { BootEntry, BootKernel, BootPart } from '../../contracts/disk/boot.ts';
import type { OpenFile } from '../../contracts/file-system.ts';
import { refuse } from '../../errors.ts';
import { maxKernelBytes } from '../../image/unpack-kernel.ts';
import { defined } from '../../kit/defined.ts';
import { versionOfEntry } from './entry-version.ts';
import { readKernelKind } from './kernel-kind.ts';
import type { MenuEntry, MenuFile } from './menu.ts';
import { formatMenuFile, menuFiles, openMenuFile } from './menu-files.ts';
import { resolveFolders } from './resolve-folders.ts';

/** Far larger than all initrds of an entry together. */
const maxInitrdBytes = 1024 * 1024 * 1024;
const mostInitrds = 64;

/**
 * Opens the files of an entry: checks that all exist, that none is longer than such a file can be, and that the
 * kernel is one.
 */
export async function openBootEntry(entry: MenuEntry, isDefault: boolean): Promise<BootEntry> {
  const { loader, id, title, cmdline } = entry;
  if (entry.initrd.length > mostInitrds) {
    throw refuse('limit', `The boot entry ${id} names more than ${mostInitrds} initrds`, {
      limit: mostInitrds,
      value: entry.initrd.length,
    });
  }
  const kernel = await openKernel(entry.kernel);
  const initrd: BootPart[] = [];
  for (const file of entry.initrd) initrd.push((await openPart(file, maxInitrdBytes)).part);
  const version = versionOfEntry(entry);
  return { loader, id, isDefault, kernel, initrd, ...defined({ title, version, cmdline }) };
}

async function openKernel(file: MenuFile): Promise<BootKernel> {
  const { part, opened } = await openPart(file, maxKernelBytes);
  const kind = await readKernelKind(opened);
  if (kind !== undefined) return { ...part, kind };
  throw refuse('corrupt-data', `${part.file}, which the boot entry names, is not a Linux kernel`, {
    hint: 'Do not start this disk by its boot entry; look at the boot configuration on it.',
  });
}

async function openPart(
  file: MenuFile,
  limit: number,
): Promise<{ part: BootPart; opened: OpenFile }> {
  const opened = await openMenuFile(file);
  const place = formatMenuFile({
    ...file,
    path: await resolveFolders(await menuFiles(file), file.path),
  });
  const { sizeBytes } = opened;
  if (sizeBytes > limit) {
    throw refuse('limit', `${place} has ${sizeBytes} bytes; ${limit} are read at most`, {
      limit,
      value: sizeBytes,
    });
  }
  return { part: { file: place, sizeBytes, open: async () => opened }, opened };
}
