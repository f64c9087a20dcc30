import type { ByteSource } from '../../src/kit.ts';
import type { Piece, PieceQueue } from '../shared/blocks/piece-queue.ts';
import { refuseVmdk } from './magic.ts';

/** One read from the file and the places of its parts. */
export interface GrainBatch {
  start: number;
  end: number;
  pieces: Piece[];
}

/** Bytes that are read, and written, in one go. */
export const maxGrainBatchBytes: number = 1024 * 1024;
const maxGapBytes = 16 * 1024;

/**
 * Takes the lowest pieces from the queue, with their neighbours in the file, as long as their bytes have arrived;
 * `undefined` if the first one must wait.
 */
export function takeGrainBatch(queue: PieceQueue, source: ByteSource): GrainBatch | undefined {
  const batch: GrainBatch = { start: 0, end: 0, pieces: [] };
  for (;;) {
    const piece = queue.peek();
    if (piece === undefined) break;
    const end = piece.host + piece.length;
    if (end > (source.sizeBytes ?? Number.POSITIVE_INFINITY)) {
      const details = { offset: piece.host };
      throw refuseVmdk('truncated', 'a grain lies past the end of the file', details);
    }
    if (end > source.readyBytes) break;
    if (batch.pieces.length === 0) {
      batch.start = piece.host;
    } else if (piece.host > batch.end + maxGapBytes || end - batch.start > maxGrainBatchBytes) {
      break;
    }
    batch.end = end;
    batch.pieces.push(piece);
    queue.skip();
  }
  return batch.pieces.length === 0 ? undefined : batch;
}
