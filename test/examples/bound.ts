import { builtIns, createRootdisk, type EnsureImage, type Rootdisk } from '../../src/index.ts';

export * from '../../src/index.ts';

const bound = createRootdisk({
  ...builtIns,
  defaults: JSON.parse(process.env['EXAMPLE_DEFAULTS'] ?? '{}'),
});
/** The module that an example imports as the package, with defaults that lead to the test's own server. */
export const ensureImage: EnsureImage = bound.ensureImage;
/** The same. */
export const lockImages: Rootdisk['lockImages'] = bound.lockImages;
