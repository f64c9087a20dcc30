import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GrowingFile } from './bytes/growing-file.ts';
import { inCache } from './cache/cache-error.ts';
import type { Parts } from './contracts/parts.ts';
import { SparseFile } from './disk/sparse-file.ts';
import { refuse } from './errors.ts';
import { boundDisk } from './layers/disk-bounds.ts';
import { findNestedImage } from './layers/find-nested-image.ts';
import { type FileOptions, openImageFile } from './open-image-file.ts';

export interface ConvertOptions extends FileOptions {
  /** Bytes of the disk settled so far; its virtual size where known. */
  onProgress?: ((bytes: number, virtualSize: number | undefined) => void) | undefined;
}

/** What a conversion made. */
export interface ConvertedImage {
  path: string;
  layers: string[];
  virtualSize: number;
  /** Bytes that the output occupies on disk. */
  allocatedBytes: number;
}

export type ConvertImage = (
  input: string,
  output: string,
  options?: ConvertOptions,
) => Promise<ConvertedImage>;

/** A `convertImage` made of the given formats: any supported local file to a sparse raw disk. A failure leaves no output. */
export function createConvertImage(parts: Pick<Parts, 'formats'>): ConvertImage {
  return (input, output, options = {}) => {
    const folder = dirname(output);
    const opened = { scratchDir: folder, ...options };
    return openImageFile(input, parts.formats, opened, async (image) => {
      const partial = join(folder, `.${basename(output)}.${randomUUID()}`);
      try {
        return await inCache(output, 'write', async () => {
          const handle = await open(partial, 'wx+', 0o666);
          try {
            let written = 0;
            const sink = new SparseFile(handle, boundDisk(image.source, image.limits), (bytes) => {
              image.signal.throwIfAborted();
              written += bytes;
              // Only a raw disk is written from end to end, so that its size says how far it is.
              const total = image.chain.at(-1) === 'raw' ? image.image.virtualSize : undefined;
              options.onProgress?.(written, total);
            });
            await image.image.copyTo(sink);
            await image.finish();
            // Nothing packed is still what was packed; nothing at all is no disk.
            if (image.sizeBytes === 0) throw refuse('empty', 'the file is empty');
            const disk = GrowingFile.whole(handle, sink.sizeBytes);
            await findNestedImage(disk, image.chain.at(-1), parts.formats);
            await handle.sync();
            const { blocks } = await handle.stat();
            await rename(partial, output);
            const { chain } = image;
            const virtualSize = sink.sizeBytes;
            return { path: output, layers: chain, virtualSize, allocatedBytes: blocks * 512 };
          } finally {
            await handle.close();
          }
        });
      } finally {
        await rm(partial, { force: true });
      }
    });
  };
}
