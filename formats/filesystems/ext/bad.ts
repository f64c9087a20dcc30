import { type ImageRefusal, refusalFor } from '../../shared/image-refusal.ts';

/** An error that calls the file system ext, for all three versions. */
export const badExt: ImageRefusal = refusalFor('ext');
