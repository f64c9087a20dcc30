import { type ImageRefusal, refusalFor } from '../../shared/image-refusal.ts';

export const badFat: ImageRefusal = refusalFor('fat');
