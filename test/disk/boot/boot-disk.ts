import type { DiskBoot, DiskBootOptions } from '../../../src/contracts/disk/boot.ts';
import type { VolumeOnDisk } from '../../../src/contracts/disk/opened-disk.ts';
import { readBoot } from '../../../src/disk/boot/read-boot.ts';
import { findRoots } from '../../../src/disk/find-roots.ts';
import type { ReadVolume } from '../../../src/disk/read-volumes.ts';
import { type DecodeError, isImageError } from '../../../src/errors.ts';
import { defined } from '../../../src/kit/defined.ts';
import { makeBzimage } from '../../image/make-kernel.ts';
import { type MemoryFileSystem, type MemoryFiles, memoryFileSystem } from './memory-files.ts';

export const esp = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
export const xbootldr = 'bc13c2ff-59e6-4262-a352-b275fd6f7172';
export const linuxData = '0fc63daf-8483-4772-8e79-3d69d8477de4';
export const amd64Root = '4f68bce3-e8cd-4db1-96e7-fbcaf984b709';

/** A partition of a disk, written by a test. */
export interface Partition extends Partial<Omit<VolumeOnDisk, 'fileSystem' | 'refusal'>> {
  files?: MemoryFiles;
  fileSystem?: MemoryFileSystem;
  refusal?: DecodeError;
}

/** The smallest file that is recognized as a kernel. */
export const kernel: Buffer = makeBzimage().subarray(0, 4096);
export const osRelease = { 'etc/os-release': 'ID=acme\nVERSION_ID=7\n' };

/** The boot entry of a disk with these partitions, which are `p1`, `p2` and so on. */
export async function bootOf(
  partitions: readonly Partition[],
  options?: DiskBootOptions,
): Promise<DiskBoot> {
  const volumes = partitions.map((partition, index): ReadVolume => {
    const { files, fileSystem: about, refusal, ...rest } = partition;
    const fileSystem = files === undefined ? undefined : memoryFileSystem(files, about);
    const { id = 'ext4', label, uuid } = about ?? {};
    return {
      about: {
        name: `p${index + 1}`,
        sizeBytes: 1,
        ...rest,
        ...defined({ fileSystem: files && { id, ...defined({ label, uuid }) } }),
      },
      ...defined({ fileSystem, refusal }),
    };
  });
  const { boot } = await readBoot({ volumes, roots: await findRoots(volumes) }, options);
  return boot;
}

/** The files and the command line of the default entry. */
export async function startOf(
  partitions: readonly Partition[],
  options?: DiskBootOptions,
): Promise<string[]> {
  const { entry } = await bootOf(partitions, options);
  return [entry.kernel.file, ...entry.initrd.map(({ file }) => file), entry.cmdline ?? '-'];
}

/** The code of an error and its reason, or the missing path. */
export async function refusalOf(read: Promise<unknown>): Promise<string> {
  const error = await read.then(
    () => new Error('it was read'),
    (reason: unknown) => reason,
  );
  if (!isImageError(error)) throw error;
  const { reason, value } = { reason: undefined, value: undefined, ...error.details };
  return `${error.code} ${reason ?? value ?? ''}`.trim();
}
