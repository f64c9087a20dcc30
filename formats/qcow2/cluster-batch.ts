import type { DefectReason } from '../../src/kit.ts';
import type { Piece, PieceQueue } from '../shared/blocks/piece-queue.ts';
import { refuseQcow2 } from './file-offset.ts';
import type { Qcow2Header } from './header.ts';
import type { L2TableMap } from './l2-table-map.ts';

/** One read from the file and what becomes of it. */
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
  /** Absent for a standard cluster; else what is wrong when the stream needs more than `length` bytes. */
  whenCut?: DefectReason;
}

/** Bytes that a batch reads and writes at most, unless a single cluster is larger. */
export const maxClusterBatchBytes: number = 1024 * 1024;
const maxGapBytes = 16 * 1024;

/**
 * Takes the lowest pieces from the queue, neighbours in the file together, as long as their bytes are there; `undefined`
 * when the first one has to be waited for. Bounded by the bytes to read and by the bytes that come out.
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
    // With a whole block of the disk at hand, a thread digests it too.
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
  // What a descriptor counts is an upper bound: the stream may well end before the table or the end of the file.
  const tableStart = map.nextStart(host);
  const end = Math.min(wantedEnd, fileEnd, tableStart);
  const whenCut =
    end === wantedEnd ? 'corrupt-data' : end === tableStart ? 'corrupt-table' : 'truncated';
  return { host, guest, length: end - host, whenCut };
}

function pastEnd(offset: number): Error {
  return refuseQcow2('truncated', 'a data cluster lies past the end of the file', { offset });
}
