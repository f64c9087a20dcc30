import { abortable, type ByteSource, type DecodeContext } from '../../src/kit.ts';
import type { PieceList } from '../shared/blocks/piece-list.ts';
import { EarlyBytes } from '../shared/sources/early-bytes.ts';
import { expandL2Table } from './expand-l2-table.ts';
import { refuseQcow2 } from './file-offset.ts';
import type { Qcow2Header } from './header.ts';
import { type L2TableMap, parseL2TableMap } from './l2-table-map.ts';

/** The tables of an image, read on demand. */
export interface Tables {
  map: L2TableMap;
  /** True for a table that was fetched before the copy reached it. */
  isEarly(index: number): boolean;
  /** The data that a table describes, in the order of the disk; waits until the table has arrived. */
  pieces(index: number): Promise<PieceList>;
  /** Checks at the end of the file what could not be checked before. */
  confirm(): Promise<void>;
}

/** Bytes that are farther ahead than this are requested separately; nearer bytes are waited for. */
const farBytes = 16 * 1024 * 1024;
const maxEarlyRanges = 64;
const maxEarlyGap = 64 * 1024;

/**
 * Reads the L1 table. If it is far after the ready mark, as after a resize, it and the L2 tables are fetched early if
 * the source can do that, so that decoding need not wait for the end of the file.
 */
export async function openTables(
  source: ByteSource,
  header: Qcow2Header,
  context: DecodeContext,
): Promise<Tables> {
  const { signal, limits } = context;
  const { clusterBytes, l1Offset, l1Used } = header;
  const early = new EarlyBytes(source, context, refuseQcow2);
  const isFar = l1Offset + l1Used * 8 > source.readyBytes + farBytes;
  const fetched = isFar ? await early.fetch(l1Offset, l1Used * 8) : undefined;
  const l1 = fetched ?? (await readWhole(l1Offset, l1Used * 8, 'the L1 table'));
  const map = parseL2TableMap(header, l1, source.sizeBytes);
  const known =
    fetched === undefined
      ? new Map<number, Uint8Array>()
      : await fetchTables(map, header, early, source.readyBytes, limits.tableBytes / 4, context);
  return {
    map,
    isEarly: (index) => known.has(index),
    async pieces(index) {
      const bytes =
        known.get(index) ?? (await readWhole(map.hostAt(index), clusterBytes, 'an L2 table'));
      return expandL2Table(header, map, index, bytes, source.sizeBytes);
    },
    async confirm() {
      const sizeBytes = source.sizeBytes ?? 0;
      if (l1Used > 0 && l1Offset + header.l1Bytes > sizeBytes) throw cut('the L1 table', sizeBytes);
      await early.confirm();
    },
  };

  async function readWhole(position: number, length: number, what: string): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array();
    const bytes = await abortable(source.read(position, length), signal);
    if (bytes.length === length) return bytes;
    throw cut(what, position + bytes.length);
  }
}

/** Fetches the L2 tables that have not arrived, neighbours in one request; none if they are too many or too large. */
async function fetchTables(
  map: L2TableMap,
  { clusterBytes }: Qcow2Header,
  early: EarlyBytes,
  readyBytes: number,
  maxBytes: number,
  { tasks }: DecodeContext,
): Promise<Map<number, Uint8Array>> {
  const ranges: { first: number; last: number; start: number; end: number }[] = [];
  let totalBytes = 0;
  for (let index = 0; index < map.count; index += 1) {
    const start = map.hostAt(index);
    const end = start + clusterBytes;
    if (end <= readyBytes) continue;
    const range = ranges.at(-1);
    if (range !== undefined && start - range.end <= maxEarlyGap) {
      totalBytes += end - range.end;
      range.last = index;
      range.end = end;
    } else {
      totalBytes += clusterBytes;
      ranges.push({ first: index, last: index, start, end });
    }
    if (ranges.length > maxEarlyRanges || totalBytes > maxBytes) return new Map();
  }
  const known = new Map<number, Uint8Array>();
  const fetchRange = async ({ first, last, start, end }: (typeof ranges)[0]): Promise<void> => {
    const bytes = await early.fetch(start, end - start);
    if (bytes === undefined) return;
    for (let index = first; index <= last; index += 1) {
      const from = map.hostAt(index) - start;
      known.set(index, bytes.subarray(from, from + clusterBytes));
    }
  };
  await Promise.all(ranges.map((range) => tasks.run(() => fetchRange(range))));
  return known;
}

function cut(what: string, offset: number): Error {
  return refuseQcow2('truncated', `the file ends inside ${what}`, { offset });
}
