import type { BootPart, DiskBoot } from '../contracts/disk/boot.ts';
import type { DiskInspection } from '../contracts/disk/disk-inspection.ts';
import { DecodeError, NotFoundError } from '../errors.ts';

/** How a disk boots, as plain data, or why that cannot be read; neither if nothing suggests that it boots Linux. */
export async function bootFacts(
  read: () => Promise<DiskBoot>,
): Promise<Pick<DiskInspection, 'boot' | 'bootRefusal'>> {
  try {
    const { entry, ...boot } = await read();
    const { kernel, initrd } = entry;
    const facts = { ...entry, initrd: initrd.map(factsOfPart) };
    return {
      boot: { ...boot, entry: { ...facts, kernel: { ...factsOfPart(kernel), kind: kernel.kind } } },
    };
  } catch (error) {
    const { message } = error instanceof Error ? error : { message: '' };
    if (error instanceof DecodeError)
      return { bootRefusal: { reason: error.details.reason, message } };
    if (!(error instanceof NotFoundError)) throw error;
    // A data disk has no boot configuration, which is not a fault.
    const isNamed = error.details.field === 'path' || error.details.known !== undefined;
    return isNamed ? { bootRefusal: { reason: 'not-found', message } } : {};
  }
}

function factsOfPart({ file, sizeBytes }: BootPart): Omit<BootPart, 'open'> {
  return { file, sizeBytes };
}
