import { hasMagic, isZeros, type Limits } from '../../../src/kit.ts';
import type { ExtentMap } from '../sources/extent-map.ts';
import { blockBytes } from './header.ts';
import { parseTarNumber } from './number-field.ts';
import { badSparse, SparseExtents } from './sparse-extents.ts';
import { cutTape, type Tape } from './tape.ts';

const fieldBytes = 12;
const entryBytes = 2 * fieldBytes;

/**
 * The map of a member of type `S` (GNU tar manual, "Old GNU Format"): four extents in the header, further ones in
 * blocks of 21 after it. Google Cloud images and `tar --format=oldgnu -S` use it.
 */
export async function readGnuSparseMap(
  tape: Tape,
  header: Uint8Array,
  storedBytes: number,
  limits: Limits,
): Promise<ExtentMap> {
  // star uses the same type but stores the map elsewhere in the header.
  if (!hasMagic(header, 'ustar  \0', 257) && !isZeros(header.subarray(257, 263))) {
    throw badSparse('unsupported-feature', 'is sparse in the form of star');
  }
  const realSize = parseTarNumber(header.subarray(483, 483 + fieldBytes), 'its real size');
  const extents = new SparseExtents(realSize, limits);
  let open = addEntries(extents, header.subarray(386, 386 + 4 * entryBytes), true);
  for (let more = header[482] !== 0; more; ) {
    const block = await tape.take(blockBytes);
    if (block.length < blockBytes) throw cutTape(tape);
    open = addEntries(extents, block.subarray(0, 21 * entryBytes), open);
    more = block[504] !== 0;
  }
  return extents.finish(storedBytes);
}

/** Whether the list may continue: an entry of zero bytes ends it. */
function addEntries(extents: SparseExtents, entries: Uint8Array, open: boolean): boolean {
  let going = open;
  for (let at = 0; at < entries.length; at += entryBytes) {
    const entry = entries.subarray(at, at + entryBytes);
    if (entry[0] === 0 || entry[fieldBytes] === 0) {
      if (!isZeros(entry)) throw badSparse('corrupt-table', 'has half an extent');
      going = false;
      continue;
    }
    if (!going) throw badSparse('corrupt-table', 'has extents behind the end of their list');
    const offset = parseTarNumber(entry.subarray(0, fieldBytes), 'an offset');
    extents.add(offset, parseTarNumber(entry.subarray(fieldBytes), 'a length'));
  }
  return going;
}
