import { open } from 'node:fs/promises';
import { GrowingFile } from '../../bytes/growing-file.ts';
import { inCache } from '../../cache/cache-error.ts';
import { type Entry, readEntry } from '../../cache/entries/read.ts';
import type { DiskBoot } from '../../contracts/disk/boot.ts';
import { readDisk } from '../../disk/read-disk.ts';
import { NotFoundError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import type { Call } from '../call.ts';
import { isSound } from '../look.ts';
import type { Planned } from '../making.ts';
import type { BootSet } from './boot-set.ts';
import { makeBootEntry } from './make-boot-entry.ts';

/**
 * Reads kernel, initrd and command line from a cached raw disk, as its boot loader reads them, and makes them
 * separate entries. Needs the lock of its name.
 */
export async function readFromDisk(planned: Planned, disk: Entry): Promise<BootSet> {
  const { call } = planned;
  const kept = await keptFromDisk(call, disk);
  if (kept !== undefined) return kept;
  return await withBootOf(call, disk, async ({ entry, warnings }) => {
    for (const message of warnings) call.warn({ code: 'boot-files', message });
    const hasInitrd = entry.initrd.length > 0;
    const initrd = hasInitrd ? await makeBootEntry(planned, disk, entry, 'initrd') : undefined;
    const kernel = await makeBootEntry(planned, disk, entry, 'kernel');
    return { from: 'disk', kernel, ...defined({ initrd, cmdline: entry.cmdline }) };
  });
}

/** Opens a cached disk and passes its boot entry to `use`. */
export async function withBootOf<T>(
  { signal, parts, progress, options: { log } }: Call,
  { name, path, record }: Entry,
  use: (boot: DiskBoot) => Promise<T>,
): Promise<T> {
  if (record.format !== 'raw') throw keptAs(name, record.format);
  progress.stage('decode', `reading the kernel out of ${name}`);
  return await inCache(path, 'read', async () => {
    const handle = await open(path, 'r');
    try {
      const source = GrowingFile.whole(handle, record.disk.sizeBytes);
      const disk = await readDisk(source, parts, { signal, log });
      return await use(await disk.boot());
    } finally {
      await handle.close();
    }
  });
}

/** The entries that an earlier call read from this disk, if all of them still exist. */
export async function keptFromDisk(call: Call, disk: Entry): Promise<BootSet | undefined> {
  const { facts } = disk.record;
  const { [diskKernelFact(call)]: kernelName, 'disk-initrd': initrdName } = facts;
  if (kernelName === undefined) return undefined;
  const kernel = await readOf(call, disk, kernelName);
  const initrd = initrdName === undefined ? undefined : await readOf(call, disk, initrdName);
  if (kernel === undefined || (initrd === undefined && initrdName !== undefined)) return undefined;
  return { from: 'disk', kernel, ...defined({ initrd, cmdline: facts['disk-cmdline'] }) };
}

/** An entry that was read from this disk, according to its record; an imported record never counts. */
async function readOf(call: Call, disk: Entry, name: string): Promise<Entry | undefined> {
  const entry = await readEntry(call.cache, name);
  if (entry?.record.facts['diskSource'] !== disk.record.source.sha256) return undefined;
  return (await isSound(call, entry)) ? entry : undefined;
}

/** What the record of a disk says about the files that were read from it. */
export function diskFacts(
  call: Call,
  { kernel, initrd, cmdline }: BootSet,
): Record<string, string> {
  return {
    [diskKernelFact(call)]: kernel.name,
    ...defined({ 'disk-initrd': initrd?.name, 'disk-cmdline': cmdline }),
    // The vendor was asked and publishes none.
    ...defined({ 'boot-from': call.options.boot === true ? 'disk' : undefined }),
  };
}

function diskKernelFact({ options }: Call): string {
  return options.kernelFormat === 'raw' ? 'disk-kernel-raw' : 'disk-kernel';
}

function keptAs(name: string, format: string): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${name} is kept as ${format}, and what boots a disk is read from a raw one`,
    hint: 'Leave out format (--format).',
    details: { field: 'format', value: format },
  });
}
