import type { SeedOptions } from '../contracts/seed.ts';
import { refuseSeed } from './seed-error.ts';
import { refuseCarriageReturns, toBytes, toText } from './text.ts';
import type { SeedFolder } from './tree.ts';

/** Source: the README of Combustion: a file system with the label `combustion` that contains `combustion/script`. */
export function planCombustion({ userData }: SeedOptions): SeedFolder {
  if (userData === undefined) {
    throw refuseSeed('userData', 'missing', 'Give the script (--user-data FILE).');
  }
  const script = toText('userData', userData);
  if (!script.startsWith('#!')) {
    throw refuseSeed('userData', 'not a script', 'Begin it with #!/bin/sh.');
  }
  refuseCarriageReturns('userData', script);
  return { combustion: { script: toBytes(userData) } };
}
