import { type Allowing, type DefectReason, firstNonZero, refuse } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { passTrailing, refuseTrailing } from '../shared/trailing.ts';
import { framingBytes, parseStreamFooter } from './framing.ts';
import { readIndexRecords } from './index-records.ts';
import { RecordDigest } from './record-digest.ts';

const end = { format: 'xz', what: 'the last xz stream' };

/** Reads index and footer after the blocks, and compares them with `seen`. */
export async function readStreamEnd(
  reader: StreamReader,
  flags: number,
  seen: RecordDigest,
  recordLimit: number,
): Promise<void> {
  const start = reader.position;
  const listed = new RecordDigest();
  await readIndexRecords(reader, recordLimit, (unpadded, uncompressed) =>
    listed.add(unpadded, uncompressed),
  );
  if (listed.count !== seen.count || listed.hex() !== seen.hex()) {
    throw defect('corrupt-data', 'An xz index does not list the blocks before it', start);
  }
  const offset = reader.position;
  const bytes = await reader.take(framingBytes);
  if (bytes.length < framingBytes) {
    throw defect('truncated', 'The xz file ends in a stream footer', reader.position);
  }
  const footer = parseStreamFooter(bytes, offset);
  if (footer.indexBytes !== offset - start) {
    throw defect('corrupt-data', 'An xz stream footer misstates the length of its index', offset);
  }
  if (footer.flags !== flags) {
    throw defect('corrupt-data', 'Header and footer of an xz stream differ', offset);
  }
}

/**
 * True if other bytes follow, where another stream may begin. Padding is zero bytes, four at a time (xz file format
 * 1.2, section 2.2); zeros of another length count as other bytes.
 */
export async function skipStreamPadding(reader: StreamReader, context: Allowing): Promise<boolean> {
  const start = reader.position;
  for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
    const found = firstNonZero(piece);
    if (found < 0) continue;
    reader.giveBack(piece.length - found);
    if (reader.position % 4 === start % 4) return true;
    await passTrailing(context, { ...end, offset: reader.position }, reader);
    return false;
  }
  if ((reader.position - start) % 4 !== 0) refuseTrailing(context, { ...end, offset: start });
  return false;
}

function defect(reason: DefectReason, message: string, offset: number): Error {
  return refuse(reason, message, { format: 'xz', offset });
}
