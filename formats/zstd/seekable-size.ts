import { type ByteSource, viewOf } from '../../src/kit.ts';
import { openEnd } from '../shared/sources/end-reader.ts';

const footerBytes = 9;
const footerMagic = 0x8f92eab1;
const tableMagic = 0x184d2a5e;
const skippableHeaderBytes = 8;
/** Some 90 000 frames. The table is optional, so a longer one is not worth the memory. */
const maxTableBytes = 1024 * 1024;

/**
 * The decoded length in the seek table at the end of a zstd file (seekable format, version 0.1), once the end can be
 * read; `undefined` without a table or if it does not fit the file. Decoding does not rely on it.
 */
export async function seekableSize(source: ByteSource): Promise<number | undefined> {
  const end = openEnd(source);
  const footer = await end?.read(end.sizeBytes - footerBytes, footerBytes);
  if (end === undefined || footer === undefined) return undefined;
  const view = viewOf(footer);
  const descriptor = view.getUint8(4);
  if (view.getUint32(5, true) !== footerMagic || (descriptor & 0x7c) !== 0) return undefined;
  const entries = view.getUint32(0, true);
  const entryBytes = (descriptor & 0x80) === 0 ? 8 : 12;
  const tableBytes = skippableHeaderBytes + entries * entryBytes + footerBytes;
  if (tableBytes > maxTableBytes) return undefined;
  const table = await end.read(end.sizeBytes - tableBytes, tableBytes);
  return table && sum(table, entries, entryBytes, end.sizeBytes - tableBytes);
}

function sum(
  table: Uint8Array,
  entries: number,
  entryBytes: number,
  framesBytes: number,
): number | undefined {
  const view = viewOf(table);
  if (view.getUint32(0, true) !== tableMagic) return undefined;
  if (view.getUint32(4, true) !== table.length - skippableHeaderBytes) return undefined;
  let compressed = 0;
  let decompressed = 0;
  for (let i = 0; i < entries; i += 1) {
    const at = skippableHeaderBytes + i * entryBytes;
    compressed += view.getUint32(at, true);
    decompressed += view.getUint32(at + 4, true);
  }
  return compressed === framesBytes ? decompressed : undefined;
}
