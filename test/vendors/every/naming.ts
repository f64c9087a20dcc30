import { expect } from 'vitest';

/** A message that names this address: the real one, or that of the mirror in its place. */
export function naming(address: string): unknown {
  return expect.stringContaining(address.replace(/^https:\/\//, ''));
}
