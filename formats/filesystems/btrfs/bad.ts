import { type ImageRefusal, refusalFor } from '../../shared/image-refusal.ts';

export const badBtrfs: ImageRefusal = refusalFor('btrfs');
