import type { Seed, SeedOptions } from '../contracts/seed.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';

/**
 * Makes the data that configures a machine at its first boot, in the form that its image reads: a NoCloud disc, an
 * Ignition configuration, a Combustion disc, or a Talos machine configuration. Writes nothing; the same options give
 * the same bytes. Throws `ERR_INVALID_REQUEST` for data that the guest would silently ignore.
 */
export async function createSeed(options: SeedOptions): Promise<Seed> {
  checkOptions(options, optionKinds.createSeed);
  const { makeSeed } = await import('./later.ts');
  return await makeSeed(options);
}
