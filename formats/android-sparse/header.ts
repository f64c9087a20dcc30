import { hasMagic, type Limits, raiseLimit, viewOf } from '../../src/kit.ts';
import { type ImageRefusal, refusalFor } from '../shared/image-refusal.ts';
import { sparseImageMagic } from './magic.ts';

// Source of the layout below: libsparse/sparse_format.h of the Android Open Source Project.
export const sparseHeaderBytes = 28;
const leastChunkHeaderBytes = 12;
const majorVersion = 1;

/** The header of a sparse image. */
export interface SparseImageHeader {
  version: string;
  /** Later versions may have longer headers; the additional fields are ignored. */
  headerBytes: number;
  chunkHeaderBytes: number;
  blockBytes: number;
  blocks: number;
  chunks: number;
  /** CRC-32 of the disk; 0 if the writer stored none. */
  checksum: number;
  virtualSize: number;
}

/** The error for an invalid sparse image. */
export const refuseSparseImage: ImageRefusal = refusalFor('simg');

/** Checks the first 28 bytes of a sparse image; `bytes` may be shorter if the file is. */
export function parseSparseImageHeader(bytes: Uint8Array, limits: Limits): SparseImageHeader {
  if (bytes.length === 0) throw refuseSparseImage('empty', 'the file is empty');
  if (!hasMagic(bytes, sparseImageMagic.slice(0, bytes.length))) {
    throw refuseSparseImage('format-mismatch', 'the file is not an Android sparse image', {
      declared: 'simg',
    });
  }
  if (bytes.length < sparseHeaderBytes) {
    throw refuseSparseImage('truncated', 'the file ends inside its header', {
      offset: bytes.length,
    });
  }
  const view = viewOf(bytes);
  const major = view.getUint16(4, true);
  if (major !== majorVersion) {
    throw refuseSparseImage('unsupported-variant', `version ${major} of the format is not known`, {
      offset: 4,
      value: major,
    });
  }
  const headerBytes = view.getUint16(8, true);
  const chunkHeaderBytes = view.getUint16(10, true);
  if (headerBytes < sparseHeaderBytes || chunkHeaderBytes < leastChunkHeaderBytes) {
    throw refuseSparseImage('corrupt-header', 'a header is shorter than its fields', { offset: 8 });
  }
  const blockBytes = view.getUint32(12, true);
  if (blockBytes === 0 || blockBytes % 4 !== 0) {
    throw refuseSparseImage('corrupt-header', 'the block size is not a multiple of 4', {
      offset: 12,
      value: blockBytes,
    });
  }
  const blocks = view.getUint32(16, true);
  const chunks = view.getUint32(20, true);
  // Both are below 2^32: the product may lose its last bits, but such a size is far above any limit.
  const virtualSize = blockBytes * blocks;
  if (virtualSize > limits.virtualBytes) {
    throw refuseSparseImage('limit', `the disk inside has ${virtualSize} bytes`, {
      limit: limits.virtualBytes,
      value: virtualSize,
      hint: raiseLimit('virtualBytes', virtualSize),
    });
  }
  if (chunks > limits.mapEntries) {
    throw refuseSparseImage('limit', `the image has ${chunks} chunks`, {
      limit: limits.mapEntries,
      value: chunks,
      hint: raiseLimit('mapEntries', chunks),
    });
  }
  return {
    version: `${major}.${view.getUint16(6, true)}`,
    ...{ headerBytes, chunkHeaderBytes, blockBytes, blocks, chunks, virtualSize },
    checksum: view.getUint32(24, true),
  };
}
