import { type ImageRefusal, refusalFor } from '../../shared/image-refusal.ts';

export const badLvm: ImageRefusal = refusalFor('lvm2');
