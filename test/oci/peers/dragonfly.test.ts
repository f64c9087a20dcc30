import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Tier } from '../../../src/contracts/tier.ts';
import { registryTier } from '../../../src/oci/registry-tier.ts';
import { pattern } from '../../http/client.ts';
import { type FakeRegistry, sha256Of, startFakeRegistry } from '../fake-registry.ts';
import { contextOf, fileOf, pull, uploadOf } from '../visiting.ts';
import { type DragonflyStandIn, startDragonfly } from './dragonfly-stand-in.ts';

const bytes = pattern(300_000);
const digest = sha256Of(bytes);
let folder: string;
let registry: FakeRegistry;
let dragonfly: DragonflyStandIn;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-peers-'));
  [registry, dragonfly] = await Promise.all([startFakeRegistry(), startDragonfly()]);
});
afterEach(async () => {
  await Promise.all([registry.close(), dragonfly.close()]);
  await rm(folder, { recursive: true, force: true });
});

const tierOf = (write = false): Tier =>
  registryTier({
    registry: `http://${registry.host}`,
    repository: 'fleet/images',
    mirror: dragonfly.url,
    write,
    herd: { alone: true },
  });

/** One host pushes the image. */
async function push(): Promise<void> {
  const visit = await tierOf(true).visit(fileOf(bytes), contextOf(join(folder, 'leader')));
  await visit.store?.(uploadOf(bytes));
  await visit.close();
  registry.requests.length = 0;
}

const blobsAsked = (): number =>
  registry.requests.filter(({ method, path }) => method === 'GET' && path.includes(digest)).length;

test('twenty hosts through Dragonfly cause one download from the registry', async () => {
  await push();
  const hosts = Array.from({ length: 20 }, (_, i) => contextOf(join(folder, `host-${i}`)));
  const pulled = await Promise.all(hosts.map((host) => pull(tierOf(), fileOf(bytes), host)));
  for (const copy of pulled) expect(sha256Of(copy ?? Buffer.of())).toBe(digest);
  expect(blobsAsked()).toBe(1);
  expect(dragonfly.fetched.filter((one) => one === digest)).toHaveLength(1);
  expect(dragonfly.served).toBeGreaterThanOrEqual(20);
  expect(dragonfly.refused).toBe(0);
  expect(hosts.flatMap(({ warnings }) => warnings)).toEqual([]);
});

test('without its daemon a host pulls from the registry, with a warning', async () => {
  await push();
  await dragonfly.close();
  const host = contextOf(join(folder, 'host'));
  const copy = await pull(tierOf(), fileOf(bytes), host);
  expect(sha256Of(copy ?? Buffer.of())).toBe(digest);
  expect(blobsAsked()).toBe(1);
  expect(host.warnings.join('\n')).toMatch(/itself is asked/);
});

test('messages between the hosts do not go through Dragonfly', async () => {
  const visit = await tierOf(true).visit(fileOf(bytes), contextOf(join(folder, 'leader')));
  expect(registry.said().some((line) => /^PUT .*HERD\./.test(line))).toBe(true);
  await visit.store?.(uploadOf(bytes));
  await visit.close();
  expect(dragonfly.passed.filter((path) => path.includes('HERD.'))).toEqual([]);
});
