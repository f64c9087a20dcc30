import type { Extents } from '../bytes/extents.ts';
import { SparseFile, type SparseTarget } from '../bytes/sparse-file.ts';
import type { Format } from '../contracts/format.ts';
import type { Warning } from '../contracts/log.ts';
import { refuse } from '../errors.ts';
import { boundDisk } from '../image/bounds.ts';
import type { OpenImageFile } from './open-image-file.ts';

/** The conversion of one local file whose layers are known. */
export interface ConvertJob {
  input: string;
  output: string;
  image: OpenImageFile;
  formats: readonly Format[];
  onProgress: ((bytes: number, virtualSize: number | undefined) => void) | undefined;
}

/** The result of a conversion. */
export interface ConvertedImage {
  path: string;
  /** `raw`, or the id of the writer. */
  format: string;
  layers: string[];
  virtualSize: number;
  /** Bytes that the output occupies on disk. */
  allocatedBytes: number;
  /** Allowed irregularities of the image. */
  warnings: Warning[];
}

/**
 * Copies the whole disk to a target and verifies every checksum around it. `freeBytes` is the free space at the
 * target. Returns the virtual size in bytes and the extents.
 */
export async function copyDisk(
  { image, onProgress }: ConvertJob,
  target: SparseTarget,
  freeBytes?: number,
): Promise<{ virtualSize: number; extents: Extents }> {
  let written = 0;
  const bounds = boundDisk(image.source, image.limits, freeBytes);
  const sink = new SparseFile(target, bounds, (bytes) => {
    image.signal.throwIfAborted();
    written += bytes;
    // Only a raw disk is written from start to end, so that its size gives the progress.
    const total = image.chain.at(-1) === 'raw' ? image.image.virtualSize : undefined;
    onProgress?.(written, total);
  });
  await image.drain(sink);
  // A compressed empty stream is valid; an empty file is not an image.
  if (image.sizeBytes === 0) throw refuse('empty', 'the file is empty');
  return { virtualSize: sink.sizeBytes, extents: sink.extents() };
}
