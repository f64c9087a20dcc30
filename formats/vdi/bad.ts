import { type Refusal, refusalFor } from '../shared/refusal.ts';

/** The refusal of a VDI. */
export const bad: Refusal = refusalFor('vdi');
