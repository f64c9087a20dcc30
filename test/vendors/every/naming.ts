import { expect } from 'vitest';

/** A message that names this address: the real one, or the one of the mirror that stood in for it. */
export function naming(address: string): unknown {
  return expect.stringContaining(address.replace(/^https:\/\//, ''));
}
