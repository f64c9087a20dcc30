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

/** Options beside those of the fetch, which mean nothing for a disk that is there. */
export interface BootImageOptions extends Omit<EnsureOptions, 'boot' | 'format' | 'keepSource'> {
  /** Folder that kernel and initrd are written to: `kernel`, `initrd`; of several `initrd-1`, `initrd-2` … */
  outputDir?: string | undefined;
  /** Replace files in `outputDir`. */
  force?: boolean | undefined;
  /** Version of the kernel, or the id of its boot entry; default: the default entry. The kernel is read out of the disk. */
  kernel?: string | undefined;
  /** Append the serial console of the architecture, which becomes `/dev/console`. */
  console?: boolean | undefined;
  /** Name the root in `root=` by this instead of as configured; `device` is `/dev/vda1`. */
  root?: RootForm | undefined;
  /** Describe a machine for this hypervisor; a kernel that it does not load is unpacked unless `kernelFormat` is given. */
  to?: HypervisorId | undefined;
}

/** A kernel or an initrd that starts the disk. */
export interface FoundBootFile {
  /** Where it lies on this machine: in `outputDir`, or in the cache; absent where it lies on the disk alone. */
  path?: string;
  /** Where it lies on the disk, `p16:/vmlinuz-6.8`; absent for a file that the vendor publishes. */
  file?: string;
}

/** How a disk is started without its boot loader. */
export interface ImageBoot extends AsyncDisposal {
  /** Absolute path of the raw disk. */
  disk: string;
  /** `kind` says how it is packed, and for which architecture: `bzimage/amd64`, `gzip(image)/arm64`. */
  kernel: FoundBootFile & { kind: string };
  /** In the order in which they are loaded. */
  initrd: FoundBootFile[];
  /** As configured, but for what `console` and `root` ask for; absent where no boot loader is configured. */
  cmdline?: string;
  /** From the os-release of the system that starts. */
  system?: { id: string; version?: string };
  /** Where `root` changed it. */
  root?: RootChange;
  /** Where `to` asked for it. */
  launch?: Launch;
  warnings: Warning[];
  /** Ends the lease on what lies in the cache; may be called again. */
  dispose(): Promise<void>;
}

export type BootImage = (
  reference: ImageReference | URL,
  options?: BootImageOptions,
) => Promise<ImageBoot>;

/**
 * `bootImage` of the given parts: kernel, initrd and command line of a raw disk by its path (which is opened in place,
 * read-only), or of a reference: those that its vendor publishes, else those that its boot loader would load.
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
