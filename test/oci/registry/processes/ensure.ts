import { createRootdisk } from '../../../../src/core.ts';
import { registryTier } from '../../../../src/oci/registry-tier.ts';
import { parts } from '../../../fixtures/line.ts';

/** `ensure.ts REGISTRY REPOSITORY OPTIONS`: one call with a registry; prints its stages, and its path at the end. */
const [registry = '', repository = '', options = '{}'] = process.argv.slice(2);
const tier = registryTier({ registry, repository, write: true, herd: false });
const image = await createRootdisk({ ...parts, tiers: [tier] }).ensureImage('acme:1', {
  ...JSON.parse(options),
  onProgress: (event) => {
    if (event.type === 'stage') process.stdout.write(`stage ${event.stage}\n`);
  },
});
process.stdout.write(`path ${image.path}\n`);
await image.dispose();
