import { describe, test } from 'vitest';
import { registryTier } from '../../../src/oci.ts';
import { checkTier } from '../../../src/testing/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../fake-registry.ts';

let registry: FakeRegistry | undefined;

describe('registryTier() fulfils the contract of a tier', () => {
  const cases = checkTier({
    async open() {
      registry = await startFakeRegistry();
      const { host } = registry;
      return registryTier({ registry: host, repository: 'trial/images', write: true, herd: false });
    },
    async close() {
      await registry?.close();
    },
  });
  for (const { title, run } of cases) test(title, run);
});
