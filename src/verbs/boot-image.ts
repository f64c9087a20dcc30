import { resolve } from 'node:path';
import type { AsyncDisposal } from '../contracts/image.ts';
import type { Warning } from '../contracts/log.ts';
import type { EnsureOptions } from '../contracts/options.ts';
import type { ImageReference } from '../contracts/reference.ts';
import { bindEnsureImage } from '../ensure-image.ts';
import { UsageError } from '../errors.ts';
import { shownText } from '../kit/public-url.ts';
import type { Launch } from '../launch/describe-launch.ts';
import { bootableOfPath, bootableOfReference } from '../launch/find-bootable.ts';
import { type HypervisorId, hypervisors, type RootForm, rootForms } from '../launch/hypervisor.ts';
import { planLaunch } from '../launch/plan-launch.ts';
import type { RootChange } from '../launch/root-form.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions, readReference } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';
import { bindOpenDisk } from './open-disk.ts';

/** Options of `bootImage`; those for fetching have no effect on a local disk. */
export interface BootImageOptions extends Omit<EnsureOptions, 'boot' | 'format' | 'keepSource'> {
  /**
   * Folder to which kernel and initrd are written, as `kernel` and `initrd`; several initrds as `initrd-1`,
   * `initrd-2` …
   */
  outputDir?: string | undefined;
  /** Replace files in `outputDir`. */
  force?: boolean | undefined;
  /**
   * Version of the kernel, or the id of its boot entry; default: the default entry. The kernel is read from the disk.
   */
  kernel?: string | undefined;
  /** Append the serial console of the architecture, which becomes `/dev/console`. */
  console?: boolean | undefined;
  /** Form in which `root=` names the root, instead of the configured one; `device` is `/dev/vda1`. */
  root?: RootForm | undefined;
  /**
   * Describe a machine for this hypervisor; a kernel that it cannot load is unpacked unless `kernelFormat` is given.
   */
  to?: HypervisorId | undefined;
}

/** A kernel or an initrd that boots the disk. */
export interface FoundBootFile {
  /** Its path on this machine: in `outputDir`, or in the cache; absent if it is only on the disk. */
  path?: string;
  /** Its path on the disk, `p16:/vmlinuz-6.8`; absent for a file that the vendor publishes. */
  file?: string;
}

/** How to boot a disk without its boot loader. */
export interface ImageBoot extends AsyncDisposal {
  /** Absolute path of the raw disk. */
  disk: string;
  /** `kind` is the packing and the architecture: `bzimage/amd64`, `gzip(image)/arm64`. */
  kernel: FoundBootFile & { kind: string };
  /** In loading order. */
  initrd: FoundBootFile[];
  /**
   * The configured kernel arguments, changed only by `console` and `root`; absent if no boot loader is configured.
   */
  cmdline?: string;
  /** From the os-release of the system that boots. */
  system?: { id: string; version?: string };
  /** Present if `root=` was changed. */
  root?: RootChange;
  /** Present if `to` was given. */
  launch?: Launch;
  warnings: Warning[];
  /** Ends the lease on files in the cache; calling it again has no effect. */
  dispose(): Promise<void>;
}

export type BootImage = (
  reference: ImageReference | URL,
  options?: BootImageOptions,
) => Promise<ImageBoot>;

/**
 * `bootImage` for the given parts: returns kernel, initrd and command line of a raw disk at a path (which is opened
 * read-only where it is), or of a reference: those that its vendor publishes, else those that its boot loader would
 * load.
 */
export function bindBootImage(parts: BoundParts): BootImage {
  const verbs = { ensureImage: bindEnsureImage(parts), openDisk: bindOpenDisk(parts) };
  return async (reference, given = {}) => {
    checkOptions(given, optionKinds.bootImage);
    const text = readReference(reference);
    const { outputDir, force = false, console, root, ...wish } = safeListeners(given);
    const { to, kernelFormat, signal = new AbortController().signal } = wish;
    checkWord('root', root, rootForms);
    checkWord('to', to, hypervisors);
    const folder = outputDir === undefined ? undefined : resolve(outputDir);
    const isPath = /^[./]|^[a-z]:[\\/]/i.test(text);
    const find = isPath ? bootableOfPath : bootableOfReference;
    const { bootable, close, release } = await find(verbs, text, wish);
    try {
      const own = { outputDir: folder, force, console, root, to, kernelFormat, signal };
      const options = { ...own, formats: parts.formats };
      const { warnings, ...boot } = await planLaunch(bootable, options);
      return {
        ...boot,
        warnings: warnings.map((message) => ({ code: 'boot', message })),
        dispose: release,
        [Symbol.asyncDispose]: release,
      };
    } catch (error) {
      await release();
      throw error;
    } finally {
      await close();
    }
  };
}

function checkWord(field: string, given: string | undefined, known: readonly string[]): void {
  if (given === undefined || known.includes(given)) return;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `invalid value ${JSON.stringify(shownText(given))} for ${field}`,
    hint: `Use one of: ${known.join(', ')}.`,
    details: { field, value: shownText(given), known: [...known] },
  });
}
