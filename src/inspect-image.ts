import type { DiskFacts } from './contracts/format.ts';
import type { Parts } from './contracts/parts.ts';
import { type FileOptions, openImageFile } from './open-image-file.ts';

/** What a local image file is. */
export interface ImageInspection {
  /** Format ids, outermost first. */
  layers: string[];
  /** Bytes of the file. */
  sizeBytes: number;
  /** Bytes of the disk inside; absent where only decoding everything would tell. */
  virtualSize?: number;
  facts: DiskFacts;
}

export type InspectImage = (path: string, options?: FileOptions) => Promise<ImageInspection>;

/** An `inspectImage` made of the given formats: recognises and checks headers, writes nothing but scratch files. */
export function createInspectImage(parts: Pick<Parts, 'formats'>): InspectImage {
  return (path, options = {}) =>
    openImageFile(path, parts.formats, options, async ({ chain, image, sizeBytes, source }) => {
      // The outermost codec may tell the length of a raw disk inside without unpacking it.
      const outer = parts.formats.find((format) => format.id === chain[0]);
      const told = outer?.kind === 'codec' && chain.length === 2 && chain[1] === 'raw';
      const declared = told ? await outer.size?.(source) : undefined;
      const virtualSize = image.virtualSize ?? declared;
      return {
        layers: chain,
        sizeBytes,
        ...(virtualSize === undefined ? {} : { virtualSize }),
        facts: image.facts,
      };
    });
}
