import { type Refusal, refusalFor } from '../shared/refusal.ts';

/** The refusal of a VMDK. */
export const bad: Refusal = refusalFor('vmdk');
