import { crc32 } from 'node:zlib';
import { type DefectReason, raiseLimit, refuse, viewOf } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';

/** Maximum length of one record; padding and CRC32 of the index are shorter. */
const longestStep = 18;
const pieceBytes = 16 * 1024;

/**
 * Reads an index (xz file format 1.2, section 4) from its first byte on, calls `visit` with every record (block length
 * without padding, decoded length), and verifies padding and CRC32. An index may be long, so it is not kept; more than
 * `recordLimit` records are refused.
 */
export async function readIndexRecords(
  reader: StreamReader,
  recordLimit: number,
  visit: (unpaddedBytes: number, uncompressedBytes: number) => void,
): Promise<void> {
  const start = reader.position;
  const piece = new Uint8Array(pieceBytes);
  let filled = 0;
  let crc = 0;

  const defect = (reason: DefectReason, what: string): Error =>
    refuse(reason, `An xz index ${what}`, { format: 'xz', offset: start });

  const byte = async (): Promise<number> => {
    const [value] = await reader.take(1);
    if (value === undefined) throw defect('truncated', 'is cut');
    piece[filled] = value;
    filled += 1;
    return value;
  };
  const number = async (): Promise<number> => {
    let value = 0;
    for (let i = 0; i < 9; i += 1) {
      const next = await byte();
      value += (next & 0x7f) * 2 ** (7 * i);
      if (next === 0 && i > 0) break;
      if (next < 0x80) return value;
    }
    throw defect('corrupt-data', 'holds a malformed number');
  };
  const seal = (): void => {
    crc = crc32(piece.subarray(0, filled), crc);
    filled = 0;
  };

  await byte();
  const count = await number();
  if (count > recordLimit) {
    throw refuse('limit', `An xz index has ${count} records`, {
      format: 'xz',
      offset: start,
      limit: recordLimit,
      value: count,
      hint: raiseLimit('mapEntries', count),
    });
  }
  for (let i = 0; i < count; i += 1) {
    const unpaddedBytes = await number();
    visit(unpaddedBytes, await number());
    if (filled > pieceBytes - longestStep) seal();
  }
  while ((reader.position - start) % 4 !== 0) {
    if ((await byte()) !== 0) throw defect('corrupt-data', 'has a padding that is not zero');
  }
  seal();
  const stored = await reader.take(4);
  if (stored.length < 4) throw defect('truncated', 'is cut');
  if (viewOf(stored).getUint32(0, true) !== crc) {
    throw defect('checksum', 'does not match its CRC32');
  }
}
