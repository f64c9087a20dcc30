import { resolve } from 'node:path';
import type { OpenedDisk } from '../contracts/disk/opened-disk.ts';
import type { EnsuredImage } from '../contracts/image.ts';
import type { EnsureOptions } from '../contracts/options.ts';
import { readKernelKind } from '../disk/boot/kernel-kind.ts';
import { defined } from '../kit/defined.ts';
import { type Bootable, partOfFile, partsOfEntry } from './bootable.ts';
import { loadsKernel } from './describe-launch.ts';
import type { HypervisorId } from './hypervisor.ts';

/** Options for a bootable disk; those for fetching are passed on. */
interface BootableWish extends Omit<EnsureOptions, 'boot' | 'format'> {
  kernel?: string | undefined;
  to?: HypervisorId | undefined;
}

/** The verbs that `bootImage` uses. */
interface BootVerbs {
  ensureImage(reference: string, options: EnsureOptions): Promise<EnsuredImage>;
  openDisk(path: string, options: Pick<EnsureOptions, 'signal' | 'log'>): Promise<OpenedDisk>;
}

/** The boot files of a disk; `close` closes the disk, `release` ends the lease on a cached disk. */
interface FoundBootable {
  bootable: Bootable;
  close(): Promise<void>;
  release(): Promise<void>;
}

/** For the disk at a path, which is read where it is. */
export async function bootableOfPath(
  { openDisk }: BootVerbs,
  path: string,
  { kernel, signal, log }: BootableWish,
): Promise<FoundBootable> {
  const disk = { path: resolve(path), readOnly: false };
  const opened = await openDisk(disk.path, { signal, log });
  return await orClose(opened, async () => {
    const bootable = await readBootable(opened, disk, kernel);
    return { bootable, close: () => opened.close(), release: async () => {} };
  });
}

/** For a reference: the files that its vendor publishes, else those on the disk. */
export async function bootableOfReference(
  verbs: BootVerbs,
  reference: string,
  { kernel, to, ...wish }: BootableWish,
): Promise<FoundBootable> {
  const image = await verbs.ensureImage(reference, { ...wish, boot: kernel === undefined });
  const release = (): Promise<void> => image.dispose();
  try {
    const opened = await verbs.openDisk(image.path, { signal: wish.signal, log: wish.log });
    return await orClose(opened, async () => {
      const disk = { path: image.path, readOnly: true };
      const close = (): Promise<void> => opened.close();
      const bootable = await bootableOfImage(image, opened, disk, kernel);
      const isFine = to === undefined || loadsKernel(to, bootable.kernel.kind);
      if (image.boot === undefined || isFine || wish.kernelFormat !== undefined) {
        return { bootable, close, release };
      }
      // The unpacked kernel is a separate entry of the cache.
      const raw = await verbs.ensureImage(reference, { ...wish, boot: true, kernelFormat: 'raw' });
      const both = async (): Promise<void> => {
        await raw.dispose();
        await release();
      };
      return { bootable: await bootableOfImage(raw, opened, disk, kernel), close, release: both };
    });
  } catch (error) {
    await release();
    throw error;
  }
}

async function orClose<T>(opened: OpenedDisk, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function readBootable(
  opened: OpenedDisk,
  disk: Bootable['disk'],
  kernel: string | undefined,
): Promise<Bootable> {
  const { system, entry, warnings } = await opened.boot({ kernel });
  return {
    disk,
    content: opened,
    ...partsOfEntry(entry),
    ...defined({ system: plainSystem(system) }),
    warnings: [...opened.warnings, ...warnings],
  };
}

/** Uses the boot files that were fetched with the image, if there are any. */
async function bootableOfImage(
  { boot }: EnsuredImage,
  opened: OpenedDisk,
  disk: Bootable['disk'],
  kernel: string | undefined,
): Promise<Bootable> {
  if (boot === undefined) return await readBootable(opened, disk, kernel);
  if (boot.from === 'vendor') return await publishedBootable(boot, opened, disk);
  const onDisk = await readBootable(opened, disk, kernel);
  const kept = await partsOfBoot(boot);
  const { file } = onDisk.kernel;
  const [initrd, ...others] = onDisk.initrd;
  // Several initrds are joined in one file.
  const isOne = initrd !== undefined && others.length === 0;
  return {
    ...onDisk,
    kernel: { ...kept.kernel, ...defined({ file }) },
    initrd: isOne ? kept.initrd.map((one) => ({ ...initrd, ...one })) : onDisk.initrd,
  };
}

async function partsOfBoot({
  kernel,
  initrd,
}: NonNullable<EnsuredImage['boot']>): Promise<Pick<Bootable, 'kernel' | 'initrd'>> {
  const part = partOfFile(kernel.path, kernel.sizeBytes);
  const kind = (await readKernelKind(await part.open())) ?? kernel.kind;
  return {
    kernel: { ...part, kind },
    initrd: initrd === undefined ? [] : [partOfFile(initrd.path, initrd.sizeBytes)],
  };
}

async function publishedBootable(
  boot: NonNullable<EnsuredImage['boot']>,
  opened: OpenedDisk,
  disk: Bootable['disk'],
): Promise<Bootable> {
  const [root, ...others] = opened.roots;
  return {
    disk,
    content: opened,
    ...(await partsOfBoot(boot)),
    ...defined({
      cmdline: boot.cmdline,
      system: others.length > 0 ? undefined : plainSystem(root?.system),
    }),
    warnings: opened.warnings,
  };
}

function plainSystem(
  system: { id: string; version?: string } | undefined,
): Bootable['system'] | undefined {
  return system && { id: system.id, ...defined({ version: system.version }) };
}
