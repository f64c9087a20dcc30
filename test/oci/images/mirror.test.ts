import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk } from '../../../src/core.ts';
import { type MirrorOutcome, mirrorImages, registryTier } from '../../../src/oci.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { type FakeRegistry, startFakeRegistry } from '../fake-registry.ts';

let line: Line;
let registry: FakeRegistry;
let lockfile: string;
const disk = makeDisk();
const packed = gzipSync(disk);
const [kernel, initrd] = [randomBytes(5000), randomBytes(7000)];
const name = 'acme_1_default_amd64_20260101';
const rootdisk = createRootdisk(parts);

beforeEach(async () => {
  line = await startLine();
  registry = await startFakeRegistry();
  lockfile = join(line.folder, 'rootdisk.lock.json');
  const boot = {
    kernel: ['vmlinuz', sha256(kernel)] as [string, string],
    initrd: ['initrd.img', sha256(initrd)] as [string, string],
  };
  const build = { release: '1', snapshot: '20260101', layers: ['gz', 'raw'], boot };
  line.offer({ ...build, file: 'acme.raw.gz', digest: sha256(packed) }, packed);
  line.upstream.route('images.acme.example/vmlinuz', kernel);
  line.upstream.route('images.acme.example/initrd.img', initrd);
  const arch = ['amd64', 'arm64'];
  await rootdisk.lockImages('acme:1', { ...own(), lockfile, alias: 'web', boot: true, arch });
});
afterEach(async () => {
  await line.close();
  await registry.close();
});

const own = () => ({ mirrors: line.mirrors, cacheDir: line.cacheDir });
const mirror = (aliases: string[] = []): Promise<MirrorOutcome[]> =>
  mirrorImages(parts, `${registry.host}/fleet/images`, aliases, { ...own(), lockfile });

test('everything locked is pushed to the registry: each architecture, kernel and initrd', async () => {
  const outcomes = await mirror();
  expect(outcomes).toMatchObject([
    { alias: 'web', arch: 'amd64', name, state: 'pushed' },
    { alias: 'web', arch: 'arm64', name: name.replace('amd64', 'arm64') },
  ]);
  const roles = outcomes.map((one) => ('files' in one ? one.files.map(({ role }) => role) : []));
  expect(roles).toEqual([
    ['disk', 'kernel', 'initrd'],
    ['disk', 'kernel', 'initrd'],
  ]);
  expect([packed, kernel, initrd].every((bytes) => registry.blobs.has(sha256(bytes)))).toBe(true);
});

test('another machine makes the disks from the same lock file without upstream', async () => {
  await mirror();
  await line.upstream.close();
  const tier = registryTier({ registry: registry.host, repository: 'fleet/images', only: true });
  for (const arch of ['amd64', 'arm64']) {
    const image = await rootdisk.ensureImage('web', {
      ...{ lockfile, arch, boot: true, tiers: [tier], mirrors: line.mirrors },
      cacheDir: join(line.folder, 'other'),
    });
    expect(image.origin).toBe('tier');
    expect(await sha256File(image.path)).toBe(sha256(disk));
    expect(await sha256File(image.boot?.kernel.path ?? '')).toBe(sha256(kernel));
    expect(await sha256File(image.boot?.initrd?.path ?? '')).toBe(sha256(initrd));
    await image.dispose();
  }
});

test('existing images are reported, and neither fetched nor pushed', async () => {
  await mirror();
  line.asked();
  const before = registry.requests.length;
  expect(await mirror(['web'])).toMatchObject([{ state: 'there' }, { state: 'there' }]);
  const methods = registry.requests.slice(before).map(({ method }) => method);
  expect(new Set(methods)).toEqual(new Set(['GET', 'HEAD']));
  expect(line.asked().filter((path) => path !== 'index.json')).toEqual([]);
});

test('an image that the registry refuses does not stop the others', async () => {
  registry.interpose = (request, response) => {
    const isRefused = request.method === 'PUT' && (request.url ?? '').includes('arm64');
    if (isRefused) response.writeHead(403).end();
    return isRefused;
  };
  const outcomes = await mirror();
  expect(outcomes).toMatchObject([
    { arch: 'amd64', state: 'pushed' },
    { arch: 'arm64', state: 'failed', error: { code: 'ERR_HTTP_STATUS' } },
  ]);
});
