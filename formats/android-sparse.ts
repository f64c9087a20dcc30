import { type Disk, defineFormat, hasMagic } from '../src/kit.ts';
import { sparseImageMagic } from './android-sparse/magic.ts';

/**
 * Android's sparse image, version 1, as `img2simg` and build systems of phones and boards write it. The range of a
 * "don't care" chunk reads as zeros. Checksums, if the image has any, are verified; sizes that contradict each other
 * are a `DecodeError`.
 */
export const androidSparse: Disk = defineFormat({
  kind: 'disk',
  id: 'simg',
  detect: ({ head }) => hasMagic(head, sparseImageMagic),
  open: async (source, context) =>
    (await import('./android-sparse/open-sparse-image.ts')).openSparseImage(source, context),
});
