import { type Refusal, refusalFor } from '../shared/refusal.ts';

/** The refusal of an optical disc. */
export const bad: Refusal = refusalFor('iso');
