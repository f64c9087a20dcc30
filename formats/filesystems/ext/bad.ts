import { type ImageRefusal, refusalFor } from '../../shared/image-refusal.ts';

/** A refusal that names ext, whichever of the three it is. */
export const badExt: ImageRefusal = refusalFor('ext');
