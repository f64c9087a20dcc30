import { type Refusal, refusalFor } from '../shared/refusal.ts';

/** The refusal of a qcow2 image. */
export const bad: Refusal = refusalFor('qcow2');
