import type { Allowing } from '../contracts/allowance.ts';
import type { ByteSource } from '../contracts/bytes.ts';
import type { Format, Probe } from '../contracts/format.ts';
import { refuseUnlessAllowed } from '../errors/allowable.ts';
import { refuse } from '../errors.ts';
import { nameForeignContent } from './foreign-content.ts';

/** No program takes a disk that begins like these for anything but a disk. */
const harmless = ['raw', 'iso', 'tar'];

/** How much of each end of a disk tells. */
export const nestedHeadBytes: number = 64 * 1024;
export const nestedTailBytes = 512;

/**
 * Refuses a disk that is itself another image: the next program to open it might read that one instead. `opened` is the
 * format that the disk was read as, which a copied ISO still is.
 */
export async function findNestedImage(
  disk: ByteSource,
  opened: string | undefined,
  formats: readonly Format[],
  allowing: Allowing,
): Promise<void> {
  const sizeBytes = disk.sizeBytes ?? 0;
  const head = await disk.read(0, Math.min(nestedHeadBytes, sizeBytes));
  const tailBytes = Math.min(nestedTailBytes, sizeBytes);
  const tail = await disk.read(sizeBytes - tailBytes, tailBytes);
  refuseNestedImage({ head, tail, sizeBytes }, opened, formats, allowing);
}

/** The same for ends that are in memory. */
export function refuseNestedImage(
  probe: Probe,
  opened: string | undefined,
  formats: readonly Format[],
  allowing: Allowing,
): void {
  const found = formats.find(({ id, detect }) => !harmless.includes(id) && detect(probe));
  const foreign = nameForeignContent(probe, found?.id ?? (opened === 'iso' ? 'iso' : 'tar'));
  if (found === undefined && foreign?.reason === 'encrypted') {
    refuseUnlessAllowed(allowing, 'encrypted', `this is ${foreign.name}`);
    return;
  }
  // Text at the start of a disk is odd but harmless: nothing opens it as an image.
  const isImage = foreign !== undefined && !['not-an-image', 'empty'].includes(foreign.reason);
  const name = found?.id ?? (isImage ? foreign.name : undefined);
  if (name === undefined) return;
  throw refuse('nested-format', `the decoded disk is itself ${name}`, {
    detected: name,
    hint: 'Do not attach this disk; a hypervisor that guesses formats would read the inner one.',
  });
}
