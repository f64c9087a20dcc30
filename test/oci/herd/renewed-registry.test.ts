import { expect, test } from 'vitest';
import { renewedRegistry } from '../../../src/oci/herd/renewed-registry.ts';
import { calmFleet } from './run-fleet.ts';
import { VirtualRegistry } from './virtual-registry.ts';
import { VirtualTime } from './virtual-time.ts';

test('a failed client is replaced by a new one', async () => {
  const time = new VirtualTime();
  const registry = new VirtualRegistry(time, { ...calmFleet.registry, lagMs: 0, wayMs: 0 });
  let opened = 0;
  const renewed = renewedRegistry(() => {
    opened += 1;
    // A client whose attempts are used up: the first one never answers again.
    const client = registry.reach(true, () => 0);
    return opened > 1
      ? client
      : { ...client, hasManifest: () => Promise.reject(new Error('used up')) };
  });
  await expect(renewed.hasManifest('tag')).rejects.toThrow('used up');
  const asked = renewed.hasManifest('tag');
  await time.run(1);
  expect(await asked).toBe(false);
  expect(opened).toBe(2);
});
