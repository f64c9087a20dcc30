import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatTag } from '../../../src/oci/layout/tag.ts';
import { registryTier } from '../../../src/oci/registry-tier.ts';
import { sha256Of } from '../fake-registry.ts';
import { clientOf, contextOf, fileOf, pull, store, uploadOf } from '../visiting.ts';
import { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';
import { describeWith, runProgram } from './programs.ts';

describeWith(['docker-registry', 'skopeo'], 'a registry of Debian', () => {
  let registry: DockerRegistry;
  let other: DockerRegistry;
  let cacheDir: string;
  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-oci-'));
    registry = await startDockerRegistry();
    other = await startDockerRegistry();
  });
  afterAll(async () => {
    await registry?.remove();
    await other?.remove();
    await rm(cacheDir, { recursive: true, force: true });
  });

  const bytes = randomBytes(3_000_000);
  const tierOf = (repository: string, write = true, host = registry.host) =>
    registryTier({ registry: host, repository, write, herd: false });

  test('one host pushes and another pulls, with no more requests than necessary', async () => {
    const context = contextOf(cacheDir);
    expect(await pull(tierOf('a/images'), fileOf(bytes), context)).toBeUndefined();
    await store(tierOf('a/images'), uploadOf(bytes), context);
    const pulled = await pull(tierOf('a/images', false), fileOf(bytes), context);
    expect(pulled && sha256Of(pulled)).toBe(sha256Of(bytes));
    expect(context.warnings).toEqual([]);
  });

  test('a kernel joins the disk of its image, in either order', async () => {
    const context = contextOf(cacheDir);
    const kernel = randomBytes(5000);
    const parts = { role: 'kernel', fileName: 'vmlinuz' } as const;
    const { record: _, evidence: __, ...boot } = uploadOf(kernel, parts);
    for (const [repository, uploads] of [
      ['b/one', [uploadOf(bytes), boot]],
      ['b/two', [boot, uploadOf(bytes)]],
    ] as const) {
      for (const upload of uploads) await store(tierOf(repository), upload, context);
      const tier = tierOf(repository, false);
      expect(await pull(tier, fileOf(kernel, parts), context)).toEqual(kernel);
      const disk = await pull(tier, fileOf(bytes), context);
      expect(disk && sha256Of(disk)).toBe(sha256Of(bytes));
    }
    const tag = formatTag(fileOf(bytes).name);
    const [one, two] = await Promise.all(
      ['b/one', 'b/two'].map((repository) =>
        clientOf(`${registry.host}/${repository}`).manifest(tag),
      ),
    );
    expect(one?.digest).toBeDefined();
    expect(one?.digest).toBe(two?.digest);
  });

  test('an image with a long name is found by the digest of the name', async () => {
    const context = contextOf(cacheDir);
    const name = `acme_${'1'.repeat(140)}__amd64_1`;
    await store(tierOf('long/images'), uploadOf(bytes, { name }), context);
    const pulled = await pull(tierOf('long/images', false), fileOf(bytes, { name }), context);
    expect(pulled && sha256Of(pulled)).toBe(sha256Of(bytes));
  });

  test('two hosts that push in parallel leave one complete image', async () => {
    const context = contextOf(cacheDir);
    const kernel = randomBytes(5000);
    const parts = { role: 'kernel', fileName: 'vmlinuz' } as const;
    await Promise.all([
      store(tierOf('c/images'), uploadOf(bytes), context),
      store(tierOf('c/images'), uploadOf(bytes), context),
      store(tierOf('c/images'), uploadOf(kernel, parts), context),
    ]);
    const tier = tierOf('c/images', false);
    const disk = await pull(tier, fileOf(bytes), context);
    expect(disk && sha256Of(disk)).toBe(sha256Of(bytes));
    expect(await pull(tier, fileOf(kernel, parts), context)).toEqual(kernel);
    expect(context.warnings).toEqual([]);
  });

  test('the bytes of another repository are mounted', async () => {
    const context = contextOf(cacheDir);
    await store(tierOf('d/stage'), uploadOf(bytes), context);
    let reads = 0;
    const upload = uploadOf(bytes, {
      async *read() {
        reads += 1;
        yield bytes;
      },
    });
    const tier = registryTier({
      registry: registry.host,
      repository: 'd/live',
      write: true,
      from: 'd/stage',
      herd: false,
    });
    await store(tier, upload, context);
    expect(reads).toBe(0);
    const pulled = await pull(tierOf('d/live', false), fileOf(bytes), context);
    expect(pulled && sha256Of(pulled)).toBe(sha256Of(bytes));
  });

  test('skopeo copies an image to another registry byte for byte, and it is pulled from there', async () => {
    const context = contextOf(cacheDir);
    await store(tierOf('e/images'), uploadOf(bytes), context);
    const tag = formatTag(fileOf(bytes).name);
    runProgram('skopeo', [
      'copy',
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
      `docker://${registry.host}/e/images:${tag}`,
      `docker://${other.host}/f/copied:${tag}`,
    ]);
    const before = await clientOf(`${registry.host}/e/images`).manifest(tag);
    const after = await clientOf(`${other.host}/f/copied`).manifest(tag);
    expect(after).toEqual(before);
    expect(after?.bytes.length).toBeGreaterThan(0);
    const pulled = await pull(tierOf('f/copied', false, other.host), fileOf(bytes), context);
    expect(pulled && sha256Of(pulled)).toBe(sha256Of(bytes));
  });

  test('a foreign artifact under the tag of an image is reported, and not replaced', async () => {
    const context = contextOf(cacheDir);
    const client = clientOf(`${registry.host}/g/images`);
    const empty = Buffer.from('{}');
    const blob = { digest: sha256Of(empty), sizeBytes: 2, read: () => chunksOf(empty) };
    await client.putBlob(blob);
    const descriptor = {
      mediaType: 'application/vnd.oci.empty.v1+json',
      digest: blob.digest,
      size: 2,
    };
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType,
      artifactType: 'application/vnd.example.chart',
      config: descriptor,
      layers: [descriptor],
    });
    const tag = formatTag(fileOf(bytes).name);
    await client.putManifest(tag, Buffer.from(manifest), mediaType);
    await expect(tierOf('g/images').visit(fileOf(bytes), context)).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: expect.stringContaining('vnd.example.chart'),
    });
    expect(Buffer.from((await client.manifest(tag))?.bytes ?? []).toString()).toBe(manifest);
  });
});

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
