import { type ImageRefusal, refusalFor } from '../../shared/image-refusal.ts';

export const badXfs: ImageRefusal = refusalFor('xfs');
