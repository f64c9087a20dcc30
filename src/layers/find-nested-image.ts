import type { ByteSource } from '../contracts/bytes.ts';
import type { Format } from '../contracts/format.ts';
import { refuse } from '../errors.ts';
import { nameForeignContent } from '../sniff/foreign-content.ts';

const headBytes = 64 * 1024;
const tailBytes = 512;

/** No program takes a disk that begins like these for anything but a disk. */
const harmless = ['raw', 'iso', 'tar'];

/** Refuses a raw disk that is itself another image: the next program to open it might read that one instead. */
export async function findNestedImage(disk: ByteSource, formats: readonly Format[]): Promise<void> {
  const sizeBytes = disk.sizeBytes ?? 0;
  const head = await disk.read(0, Math.min(headBytes, sizeBytes));
  const tail = await disk.read(Math.max(0, sizeBytes - tailBytes), Math.min(tailBytes, sizeBytes));
  const probe = { head, tail, sizeBytes };
  const found = formats.find(({ id, detect }) => !harmless.includes(id) && detect(probe));
  const foreign = nameForeignContent(probe, found?.id ?? 'tar');
  // Text at the start of a disk is odd but harmless: nothing opens it as an image.
  const isImage = foreign !== undefined && !['not-an-image', 'empty'].includes(foreign.reason);
  const name = found?.id ?? (isImage ? foreign.name : undefined);
  if (name === undefined) return;
  throw refuse('nested-format', `the decoded disk is itself ${name}`, {
    detected: name,
    hint: 'Do not attach this disk; a hypervisor that guesses formats would read the inner one.',
  });
}
