import type { DefectReason } from '../../src/kit.ts';
import type { Piece, PieceQueue } from '../shared/blocks/piece-queue.ts';
import { refuseQcow2 } from './file-offset.ts';
import type { Qcow2Header } from './header.ts';
import type { L2TableMap } from './l2-table-map.ts';

/** One read from the file, and the clusters that it contains. */
export interface ClusterBatch {
  start: number;
  end: number;
  pieces: BatchPiece[];
}

export interface BatchPiece {
  host: number;
  guest: number;
  /** Bytes to take from the file. */
  length: number;
  /** Absent for a standard cluster; else the error if the stream needs more than `length` bytes. */
  whenCut?: DefectReason;
}

/** The maximum of bytes that a batch reads or writes, unless a single cluster is larger. */
export const maxClusterBatchBytes: number = 1024 * 1024;
const maxGapBytes = 16 * 1024;

/**
 * Takes the lowest pieces from the queue, with their neighbours in the file, as long as their bytes have arrived;
 * `undefined` when the first one must wait. Limited by the bytes to read and by the bytes to write.
 */
export function takeClusterBatch(
  queue: PieceQueue,
  header: Qcow2Header,
  map: L2TableMap,
  source: { readyBytes: number; sizeBytes: number | undefined },
): ClusterBatch | undefined {
  const batch: ClusterBatch = { start: 0, end: 0, pieces: [] };
  let outputBytes = 0;
  for (;;) {
    const next = queue.peek();
    if (next === undefined) break;
    const first = batch.pieces.length === 0;
    if (!first && next.host > batch.end + maxGapBytes) break;
    // If a whole block of the disk is in the batch, a thread computes its digest too.
    if (!first && next.guest % maxClusterBatchBytes === 0) break;
    const piece = boundPiece(next, map, source.sizeBytes);
    const end = Math.max(batch.end, piece.host + piece.length);
    if (end > source.readyBytes) break;
    const output = next.length < 0 ? header.clusterBytes : next.length;
    const tooMuch =
      end - batch.start > maxClusterBatchBytes || outputBytes + output > maxClusterBatchBytes;
    if (!first && tooMuch) break;
    if (first) batch.start = piece.host;
    batch.end = end;
    batch.pieces.push(piece);
    outputBytes += output;
    queue.skip();
  }
  return batch.pieces.length === 0 ? undefined : batch;
}

function boundPiece(piece: Piece, map: L2TableMap, sizeBytes: number | undefined): BatchPiece {
  const { host, guest, length } = piece;
  const fileEnd = sizeBytes ?? Number.POSITIVE_INFINITY;
  const wantedEnd = host + Math.abs(length);
  if (length > 0) {
    if (wantedEnd > fileEnd) throw pastEnd(host);
    return { host, guest, length };
  }
  if (host >= fileEnd) throw pastEnd(host);
  // The length in a descriptor is an upper bound: the stream may end before the next table or the end of the file.
  const tableStart = map.nextStart(host);
  const end = Math.min(wantedEnd, fileEnd, tableStart);
  const whenCut =
    end === wantedEnd ? 'corrupt-data' : end === tableStart ? 'corrupt-table' : 'truncated';
  return { host, guest, length: end - host, whenCut };
}

function pastEnd(offset: number): Error {
  return refuseQcow2('truncated', 'a data cluster lies past the end of the file', { offset });
}
