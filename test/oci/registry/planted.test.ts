import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tier } from '../../../src/contracts/tier.ts';
import { IntegrityError } from '../../../src/errors.ts';
import { registryTier } from '../../../src/oci/registry-tier.ts';
import { sha256Of } from '../fake-registry.ts';
import { contextOf, fileOf, pull, readCopy, store, uploadOf } from '../visiting.ts';
import { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';
import { describeWith } from './programs.ts';

describeWith(['docker-registry'], 'bad bytes in the storage of a registry', () => {
  let cached: DockerRegistry;
  let plain: DockerRegistry;
  let cacheDir: string;
  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-oci-'));
    cached = await startDockerRegistry();
    plain = await startDockerRegistry({ cache: false });
  });
  afterAll(async () => {
    await cached?.remove();
    await plain?.remove();
    await rm(cacheDir, { recursive: true, force: true });
  });

  /** A new image in a registry, and the options of a host to get it. */
  async function place(registry: DockerRegistry) {
    const bytes = randomBytes(2_000_000);
    const repository = `images/${randomBytes(6).toString('hex')}`;
    const tier = registryTier({
      registry: registry.host,
      repository,
      write: true,
      herd: false,
    });
    await store(tier, uploadOf(bytes), contextOf(cacheDir));
    const path = registry.blobPath(sha256Of(bytes));
    await chmod(path, 0o644);
    return { bytes, tier, path, blob: `${registry.host}/${repository}@${sha256Of(bytes)}` };
  }

  /** No copy, no warning, and pushing does not fail: the host goes upstream silently. */
  async function expectForgotten(tier: Tier, bytes: Uint8Array): Promise<void> {
    const context = contextOf(cacheDir);
    const visit = await tier.visit(fileOf(bytes), context);
    expect(visit.copy).toBeUndefined();
    await visit.store?.(uploadOf(bytes));
    await visit.close();
    expect(context.warnings).toEqual([]);
  }

  test('a changed byte is reported once, and the blob is not requested again', async () => {
    const { bytes, tier, path, blob } = await place(cached);
    const changed = Buffer.from(await readFile(path));
    changed[1_000_000] = (changed[1_000_000] ?? 0) ^ 1;
    await writeFile(path, changed);
    const context = contextOf(cacheDir);
    const visit = await tier.visit(fileOf(bytes), context);
    expect(sha256Of(await readCopy(visit))).not.toBe(sha256Of(bytes));
    const reason = new IntegrityError({ code: 'ERR_DIGEST', message: 'other bytes', details: {} });
    await visit.copy?.refuse(reason);
    await visit.close();
    expect(context.warnings).toEqual([expect.stringContaining(`${blob} is not requested again`)]);
    await expectForgotten(tier, bytes);
  });

  test('a month later the blob is requested once more', async () => {
    const { bytes, tier } = await place(cached);
    const visit = await tier.visit(fileOf(bytes), contextOf(cacheDir));
    await visit.copy?.refuse(new Error('other bytes'));
    await visit.close();
    await expectForgotten(tier, bytes);
    const later = contextOf(cacheDir, { now: new Date('2026-07-15T00:00:00Z') });
    const pulled = await pull(tier, fileOf(bytes), later);
    expect(pulled && sha256Of(pulled)).toBe(sha256Of(bytes));
  });

  test('a blob with another length is refused immediately', async () => {
    const { bytes, tier, path } = await place(plain);
    await truncate(path, 1_500_000);
    await expect(pull(tier, fileOf(bytes), contextOf(cacheDir))).rejects.toMatchObject({
      code: 'ERR_SIZE',
    });
    await expectForgotten(tier, bytes);
  });

  test('a blob that always ends early is not requested again', async () => {
    const { bytes, tier, path } = await place(cached);
    await truncate(path, 1_500_000);
    const context = contextOf(cacheDir);
    await expect(pull(tier, fileOf(bytes), context)).rejects.toThrow();
    expect(context.warnings).toEqual([expect.stringContaining('for an hour')]);
    await expectForgotten(tier, bytes);
  });

  test('a missing blob is pushed again', async () => {
    const { bytes, tier, path } = await place(plain);
    await rm(path);
    await expect(pull(tier, fileOf(bytes), contextOf(cacheDir))).rejects.toMatchObject({
      details: { status: 404 },
    });
    await store(tier, uploadOf(bytes), contextOf(cacheDir));
    const pulled = await pull(tier, fileOf(bytes), contextOf(cacheDir));
    expect(pulled && sha256Of(pulled)).toBe(sha256Of(bytes));
  });

  test('an image whose manifest and proofs name different bytes is reported and corrected', async () => {
    const { bytes, tier } = await place(plain);
    const right = randomBytes(1000);
    const context = contextOf(cacheDir);
    const visit = await tier.visit(fileOf(right), context);
    expect(visit.copy).toBeUndefined();
    expect(context.warnings).toEqual([expect.stringContaining(`says ${sha256Of(bytes)}`)]);
    await visit.store?.(uploadOf(right));
    await visit.close();
    expect(await pull(tier, fileOf(right), contextOf(cacheDir))).toEqual(right);
  });
});
