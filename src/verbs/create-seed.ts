import type { Seed, SeedOptions } from '../contracts/seed.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';

/**
 * Makes what configures a machine at its first boot, of the kind that its image reads: a NoCloud disc, an Ignition
 * configuration, a Combustion disc, or a Talos machine configuration. Nothing is written; the same options give the same
 * bytes. What the guest would pass over without a word is `ERR_INVALID_REQUEST`.
 */
export async function createSeed(options: SeedOptions): Promise<Seed> {
  checkOptions(options, optionKinds.createSeed);
  const { makeSeed } = await import('./later.ts');
  return await makeSeed(options);
}
