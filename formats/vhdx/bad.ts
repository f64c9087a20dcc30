import { type Refusal, refusalFor } from '../shared/refusal.ts';

/** The refusal of a VHDX image. */
export const bad: Refusal = refusalFor('vhdx');
