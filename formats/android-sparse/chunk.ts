import { viewOf } from '../../src/kit.ts';
import { refuseSparseImage, type SparseImageHeader } from './header.ts';

/** One chunk: the bytes of the disk that it covers, and the number of bytes that follow its header in the file. */
export interface SparseChunk {
  kind: 'raw' | 'fill' | 'hole' | 'checksum';
  diskBytes: number;
  fileBytes: number;
}

const kinds = new Map<number, SparseChunk['kind']>([
  [0xcac1, 'raw'],
  [0xcac2, 'fill'],
  [0xcac3, 'hole'],
  [0xcac4, 'checksum'],
]);

/**
 * Checks the header of a chunk at `position` of the file; `leftBytes` is the part of the disk that no chunk has
 * described yet.
 */
export function parseChunk(
  bytes: Uint8Array,
  position: number,
  { blockBytes, chunkHeaderBytes }: SparseImageHeader,
  leftBytes: number,
): SparseChunk {
  const view = viewOf(bytes);
  const type = view.getUint16(0, true);
  const kind = kinds.get(type);
  if (kind === undefined) {
    throw refuseSparseImage('corrupt-header', `a chunk is of the unknown type ${type}`, {
      offset: position,
      value: type,
    });
  }
  const diskBytes = view.getUint32(4, true) * blockBytes;
  const fileBytes = view.getUint32(8, true) - chunkHeaderBytes;
  const wanted = { raw: diskBytes, fill: 4, hole: 0, checksum: 4 }[kind];
  if (fileBytes !== wanted || (kind === 'checksum' && diskBytes !== 0)) {
    throw refuseSparseImage('corrupt-table', 'the two lengths of a chunk contradict each other', {
      offset: position,
    });
  }
  if (diskBytes > leftBytes) {
    throw refuseSparseImage('corrupt-table', 'a chunk goes past the end of the disk', {
      offset: position,
    });
  }
  return { kind, diskBytes, fileBytes };
}
