import { resolve } from 'node:path';
import type { EnsuredImage } from '../contracts/image.ts';
import type { OpenedDisk } from '../contracts/opened-disk.ts';
import type { EnsureOptions } from '../contracts/options.ts';
import { readKernelKind } from '../disk/boot/kernel-kind.ts';
import { isImageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { type Bootable, partOfFile, partsOfEntry } from './bootable.ts';
import { loadsKernel } from './describe-launch.ts';
import type { HypervisorId } from './hypervisor.ts';

/** What is asked for of a disk; what concerns a fetch alone is passed on. */
export interface BootableWish extends Omit<EnsureOptions, 'boot' | 'format'> {
  kernel?: string | undefined;
  to?: HypervisorId | undefined;
}

/** Verbs that this one is made of. */
interface BootVerbs {
  ensureImage(reference: string, options: EnsureOptions): Promise<EnsuredImage>;
  openDisk(path: string, options: Pick<EnsureOptions, 'signal' | 'log'>): Promise<OpenedDisk>;
}

/** What starts a disk; `close` ends the reading, `release` the lease on a disk of the cache. */
export interface FoundBootable {
  bootable: Bootable;
  close(): Promise<void>;
  release(): Promise<void>;
}

/** Of the disk at a path, which is opened in place. */
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

/** Of a reference: what its vendor publishes, else what is on the disk. */
export async function bootableOfReference(
  verbs: BootVerbs,
  reference: string,
  { kernel, to, ...wish }: BootableWish,
): Promise<FoundBootable> {
  const image = await ensureBoot(verbs, reference, wish, kernel === undefined);
  const release = (): Promise<void> => image.dispose();
  try {
    const opened = await verbs.openDisk(image.path, { signal: wish.signal, log: wish.log });
    return await orClose(opened, async () => {
      const disk = { path: image.path, readOnly: true };
      const close = (): Promise<void> => opened.close();
      // Where several initrds are loaded, and from where, the disk tells better than the cache.
      if (image.boot?.from !== 'vendor') {
        return { bootable: await readBootable(opened, disk, kernel), close, release };
      }
      const bootable = await publishedBootable(image.boot, opened, disk);
      const isFine = to === undefined || loadsKernel(to, bootable.kernel.kind);
      if (isFine || wish.kernelFormat !== undefined) return { bootable, close, release };
      // The unpacked kernel is an entry of the cache of its own.
      const raw = await verbs.ensureImage(reference, { ...wish, boot: true, kernelFormat: 'raw' });
      const both = async (): Promise<void> => {
        await raw.dispose();
        await release();
      };
      const boot = raw.boot ?? image.boot;
      return { bootable: await publishedBootable(boot, opened, disk), close, release: both };
    });
  } catch (error) {
    await release();
    throw error;
  }
}

async function ensureBoot(
  { ensureImage }: BootVerbs,
  reference: string,
  wish: EnsureOptions,
  boot: boolean,
): Promise<EnsuredImage> {
  try {
    return await ensureImage(reference, { ...wish, boot });
  } catch (error) {
    const isWithoutKernel =
      isImageError(error) && error.remedy === 'not-found' && error.details.field === 'boot';
    if (!boot || !isWithoutKernel) throw error;
    return await ensureImage(reference, { ...wish, boot: false });
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
  const unknown = 'no boot loader is configured on this disk: the command line is not known';
  return {
    disk,
    content: opened,
    ...partsOfEntry(entry),
    ...defined({ system: plainSystem(system) }),
    warnings: [...opened.warnings, ...warnings, ...(entry.cmdline === undefined ? [unknown] : [])],
  };
}

async function publishedBootable(
  { kernel, initrd, cmdline }: NonNullable<EnsuredImage['boot']>,
  opened: OpenedDisk,
  disk: Bootable['disk'],
): Promise<Bootable> {
  const part = partOfFile(kernel.path, kernel.sizeBytes);
  const kind = (await readKernelKind(await part.open())) ?? kernel.kind;
  const [root, ...others] = opened.roots;
  return {
    disk,
    content: opened,
    kernel: { ...part, kind },
    initrd: initrd === undefined ? [] : [partOfFile(initrd.path, initrd.sizeBytes)],
    ...defined({
      cmdline,
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
