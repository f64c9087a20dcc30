import type { OptionName } from './options.ts';

/** Options that every command takes. */
export const commonOptions: readonly OptionName[] = ['json', 'quiet', 'verbose', 'help', 'version'];

/** What chooses an image of a vendor, and whom to trust for it. */
export const requestOptions: readonly OptionName[] = [
  'arch',
  'variant',
  'param',
  'trust',
  'key',
  'max-age',
  'allow-older',
];

/** Where documents and images come from, and the folder that keeps them. */
export const transportOptions: readonly OptionName[] = [
  'mirror',
  'ca',
  'cache-dir',
  'plugin',
  'limit',
  'progress',
];

/** The registry that is asked before upstream. */
export const registryOptions: readonly OptionName[] = [
  'registry',
  'registry-write',
  'registry-only',
  'registry-mirror',
];

/** How entries of a lock file are asked for again. */
export const lockedOptions: readonly OptionName[] = [
  'lockfile',
  'bundles',
  'arch',
  'trust',
  'key',
  'max-age',
  'allow-older',
  ...transportOptions,
];

/** How a local image file is read. */
export const fileOptions: readonly OptionName[] = [
  'from',
  'entry',
  'allow',
  'plugin',
  'max-size',
  'limit',
  'progress',
];
