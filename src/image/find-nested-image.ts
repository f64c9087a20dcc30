import type { Allowing } from '../contracts/allowance.ts';
import type { ByteSource } from '../contracts/bytes.ts';
import type { Format, Probe } from '../contracts/format.ts';
import { refuseUnlessAllowed } from '../errors/allowable.ts';
import { refuse } from '../errors.ts';
import { nameForeignContent } from './foreign-content.ts';

/** Formats whose beginning every program reads as a disk. */
const harmless = ['raw', 'iso', 'tar'];

/** Number of bytes at each end of a disk that detection needs. */
export const nestedHeadBytes: number = 64 * 1024;
export const nestedTailBytes = 512;

/**
 * Refuses a disk that is itself another image: the next program to open it might read that one instead. `chain` are
 * the formats that it was read as; a copied ISO is still an ISO.
 */
export async function findNestedImage(
  disk: ByteSource,
  chain: readonly string[],
  formats: readonly Format[],
  allowing: Allowing,
): Promise<void> {
  const sizeBytes = disk.sizeBytes ?? 0;
  const head = await disk.read(0, Math.min(nestedHeadBytes, sizeBytes));
  const tailBytes = Math.min(nestedTailBytes, sizeBytes);
  const tail = await disk.read(sizeBytes - tailBytes, tailBytes);
  refuseNestedImage({ head, tail, sizeBytes }, chain, formats, allowing);
}

/** Like `findNestedImage`, for ends that are in memory. */
export function refuseNestedImage(
  probe: Probe,
  chain: readonly string[],
  formats: readonly Format[],
  allowing: Allowing,
): void {
  const opened = chain.at(-1);
  const found = formats.find(({ id, detect }) => !harmless.includes(id) && detect(probe));
  const foreign = nameForeignContent(probe, found?.id ?? (opened === 'iso' ? 'iso' : 'tar'));
  if (found === undefined && foreign?.reason === 'encrypted') {
    refuseUnlessAllowed(allowing, 'encrypted', `this is ${foreign.name}`);
    return;
  }
  // Text at the start of a disk is odd but harmless: no program opens it as an image.
  const isImage = foreign !== undefined && !['not-an-image', 'empty'].includes(foreign.reason);
  const name = found?.id ?? (isImage ? foreign.name : undefined);
  if (name === undefined) return;
  throw refuse('nested-format', `the decoded disk is itself ${name}`, {
    detected: name,
    hint: hintFor(chain, found?.id),
  });
}

/** Suggests declaring the real format of bytes that were read as a raw disk. */
function hintFor(chain: readonly string[], found: string | undefined): string {
  if (found === undefined || chain.at(-1) !== 'raw') {
    return 'Do not attach this disk: a hypervisor that detects formats would read the inner image.';
  }
  const layers = [...chain.slice(0, -1), found].join('>');
  return `If you expect ${found}, give its layers with from (--from ${JSON.stringify(layers)}).`;
}
