import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { awaitBackgroundWork } from '../../../src/cache/background-work.ts';
import { registryTier } from '../../../src/oci/registry-tier.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { type DockerRegistry, freePort, startDockerRegistry } from './docker-registry.ts';
import { describeWith } from './programs.ts';
import { openSlowWay } from './slow-way.ts';

describeWith(['docker-registry'], 'a call with a registry', () => {
  let registry: DockerRegistry;
  let line: Line;
  beforeAll(async () => {
    registry = await startDockerRegistry();
  });
  afterAll(async () => await registry?.remove());
  beforeEach(async () => {
    line = await startLine();
    line.offer(build, disk);
  });
  afterEach(() => line.close());

  const disk = makeDisk();
  const digest = sha256(disk);
  const build = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'], digest };
  const tierOf = (host: string, repository: string, only = false) =>
    registryTier({ registry: host, repository, write: true, only, herd: false });

  /** One call on a new host; returns the number of upstream requests for the image. */
  async function ensure(host: string, repository: string, options: { only?: boolean } = {}) {
    line.asked();
    const cacheDir = `${line.folder}/${crypto.randomUUID()}`;
    const tiers = [tierOf(host, repository, options.only)];
    const image = await line.ensure('acme:1', { cacheDir, tiers });
    await awaitBackgroundWork();
    expect(await sha256File(image.path)).toBe(digest);
    const fetched = line.asked().filter((name) => name === 'acme.raw').length;
    const warnings = image.trust.warnings.filter(({ code }) => code !== 'mirror');
    return { fetched, warnings };
  }

  test('goes upstream once for two hosts', async () => {
    expect(await ensure(registry.host, 'two/hosts')).toEqual({ fetched: 1, warnings: [] });
    expect(await ensure(registry.host, 'two/hosts')).toEqual({ fetched: 0, warnings: [] });
  });

  test('goes upstream with a warning if the registry is unreachable', async () => {
    const { fetched, warnings } = await ensure(`127.0.0.1:${await freePort()}`, 'down/images');
    expect(fetched).toBe(1);
    expect(warnings).toEqual([expect.objectContaining({ code: 'tier-failed' })]);
  });

  test('fails if the registry is unreachable and upstream may not be used', async () => {
    const down = ensure(`127.0.0.1:${await freePort()}`, 'down/images', { only: true });
    await expect(down).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    expect(line.asked()).not.toContain('acme.raw');
  });

  test('waits for a slow registry that keeps sending', async () => {
    expect(await ensure(registry.host, 'slow/images')).toMatchObject({ fetched: 1 });
    const way = await openSlowWay(registry.host, disk.length);
    try {
      expect(await ensure(way.host, 'slow/images')).toEqual({ fetched: 0, warnings: [] });
    } finally {
      await way.close();
    }
  });

  test('continues after a restart of the registry', async () => {
    expect(await ensure(registry.host, 'again/images')).toMatchObject({ fetched: 1 });
    await registry.stop();
    void registry.start();
    expect(await ensure(registry.host, 'again/images')).toEqual({ fetched: 0, warnings: [] });
  });
});
