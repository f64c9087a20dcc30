import { GrowingFile } from '../bytes/growing-file.ts';
import type { DiskBoot, DiskBootOptions } from '../contracts/disk/boot.ts';
import type { OpenedDisk } from '../contracts/disk/opened-disk.ts';
import type { Log } from '../contracts/log.ts';
import { openReadable } from '../convert/open-image-file.ts';
import { readDisk } from '../disk/read-disk.ts';
import { refuse } from '../errors.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions, readPath } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

export interface OpenDiskOptions {
  signal?: AbortSignal | undefined;
  log?: Log | undefined;
}

export type OpenDisk = (path: string, options?: OpenDiskOptions) => Promise<OpenedDisk>;

/** Formats whose beginning every program reads as a disk. */
const disks = ['raw', 'iso', 'tar'];
const headBytes = 128 * 1024;
const tailBytes = 64 * 1024;

/**
 * `openDisk` for the given parts: opens a raw disk to read its partitions, file systems, operating systems and files;
 * writes nothing. Throws `ERR_UNSUPPORTED_FORMAT` for a disk in another format. Call `close()`, or use `await using`.
 */
export function bindOpenDisk(parts: BoundParts): OpenDisk {
  return async (path, given = {}) => {
    checkOptions(given, optionKinds.openDisk);
    readPath('path', path);
    const { signal = new AbortController().signal, log = () => {} } = safeListeners(given);
    const handle = await openReadable(path);
    try {
      signal.throwIfAborted();
      const { size: sizeBytes } = await handle.stat();
      const source = GrowingFile.whole(handle, sizeBytes);
      await refuseOtherFormats(source, sizeBytes, path, parts);
      const { content, files, boot: start } = await readDisk(source, parts, { signal, log });
      const close = async (): Promise<void> => await handle.close();
      const boot = async (given: DiskBootOptions = {}): Promise<DiskBoot> => {
        checkOptions(given, optionKinds.boot);
        return await start(given);
      };
      return { ...content, sizeBytes, files, boot, close, [Symbol.asyncDispose]: close };
    } catch (error) {
      await handle.close();
      throw error;
    }
  };
}

async function refuseOtherFormats(
  source: GrowingFile,
  sizeBytes: number,
  path: string,
  { formats }: BoundParts,
): Promise<void> {
  const head = await source.read(0, Math.min(headBytes, sizeBytes));
  const length = Math.min(tailBytes, sizeBytes);
  const tail = await source.read(sizeBytes - length, length);
  const found = formats.find(({ id, detect }) => {
    return !disks.includes(id) && detect({ head, tail, sizeBytes });
  });
  if (found === undefined) return;
  throw refuse('unsupported-variant', `${JSON.stringify(path)} is ${found.id}, not a raw disk`, {
    detected: found.id,
    hint: 'Convert it first: rootdisk convert FILE disk.raw.',
  });
}
