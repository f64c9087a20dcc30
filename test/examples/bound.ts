import { builtIns, createRootdisk, type EnsureImage } from '../../src/index.ts';

export * from '../../src/index.ts';

/** What an example imports from the package, with defaults that lead to the test's own server. */
export const ensureImage: EnsureImage = createRootdisk({
  ...builtIns,
  defaults: JSON.parse(process.env['EXAMPLE_DEFAULTS'] ?? '{}'),
}).ensureImage;
