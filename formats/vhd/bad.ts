import { type Refusal, refusalFor } from '../shared/refusal.ts';

/** The refusal of a VHD. */
export const bad: Refusal = refusalFor('vhd');
