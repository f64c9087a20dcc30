import { afterEach, beforeEach, expect, test } from 'vitest';
import { listRegistry, pushImages } from '../../../src/oci.ts';
import { now } from '../../fixtures/signed-line.ts';
import { startFakeRegistry } from '../fake-registry.ts';
import {
  image,
  imageDigest,
  imageName,
  type SignedFleet,
  startSignedFleet,
} from './signed-fleet.ts';

let fleet: SignedFleet;
beforeEach(async () => {
  fleet = await startSignedFleet();
});
afterEach(() => fleet.close());

const file = { role: 'disk', fileName: 'disk.qcow2', digest: imageDigest, sizeBytes: image.length };

test('an image is fetched once from upstream, and pushed as published', async () => {
  expect(await fleet.push()).toEqual([
    {
      ...{ reference: 'keyed:1', name: imageName, tag: imageName, state: 'pushed' },
      files: [{ ...file, state: 'pushed' }],
    },
  ]);
  expect(fleet.registry.blobs.get(imageDigest)?.equals(image)).toBe(true);
  expect(fleet.line.asked().filter((path) => path === 'disk.qcow2')).toHaveLength(1);
});

test('existing files are reported, and not sent', async () => {
  await fleet.push();
  const before = fleet.registry.requests.length;
  expect(await fleet.push()).toMatchObject([{ state: 'there', files: [{ state: 'there' }] }]);
  const later = fleet.registry.requests.slice(before).map(({ method }) => method);
  expect(new Set(later)).toEqual(new Set(['GET', 'HEAD']));
});

test('a cached disk without its download is fetched again for the registry', async () => {
  await fleet.push();
  const second = await startFakeRegistry();
  try {
    fleet.line.asked();
    expect(await fleet.push(`${second.host}/images`)).toMatchObject([{ state: 'pushed' }]);
    expect(second.blobs.get(imageDigest)?.equals(image)).toBe(true);
    expect(fleet.line.asked()).toContain('disk.qcow2');
  } finally {
    await second.close();
  }
});

test('a download that was kept is pushed without a request to upstream', async () => {
  await fleet.line.ensure({ keepSource: true, keys: undefined }, 'keyed:1');
  await fleet.line.upstream.close();
  const { parts, place, line } = fleet;
  const options = { arch: 'amd64', cacheDir: line.cacheDir, now, offline: true };
  expect(await pushImages(parts, place, ['keyed:1'], options)).toMatchObject([{ state: 'pushed' }]);
  expect(fleet.registry.blobs.get(imageDigest)?.equals(image)).toBe(true);
});

test('an abort ends the call', async () => {
  const { parts, place, line } = fleet;
  const { cacheDir, mirrors } = line;
  const signal = AbortSignal.abort(new Error('enough'));
  const pushing = pushImages(parts, place, ['keyed:1'], { cacheDir, mirrors, now, signal });
  await expect(pushing).rejects.toThrow('enough');
});

test('other bytes at the address of a cached disk are not pushed', async () => {
  await fleet.push();
  const second = await startFakeRegistry();
  try {
    fleet.line.upstream.route('images.acme.example/disk.qcow2', Buffer.alloc(image.length, 7));
    const [outcome] = await fleet.push(`${second.host}/images`);
    expect(outcome).toMatchObject({ state: 'failed', error: { code: 'ERR_DIGEST' } });
    expect([...second.manifests.keys()]).toEqual([]);
  } finally {
    await second.close();
  }
});

test('a reference that fails does not stop the others', async () => {
  const { parts, place, line } = fleet;
  const { cacheDir, mirrors } = line;
  const options = { arch: 'amd64', cacheDir, mirrors, now };
  const outcomes = await pushImages(parts, place, ['nothing:1', 'keyed:1'], options);
  expect(outcomes).toMatchObject([
    { reference: 'nothing:1', state: 'failed' },
    { reference: 'keyed:1', state: 'pushed' },
  ]);
});

test("a listing shows the registry's statements, and counts foreign tags", async () => {
  await fleet.push();
  const { registry, place } = fleet;
  const other = { bytes: Buffer.from('{"schemaVersion":2}'), mediaType: 'application/json' };
  registry.manifests.set('latest', other);
  const stored = registry.manifests.get(imageName);
  if (stored !== undefined) registry.manifests.set('renamed', stored);
  expect(await listRegistry(place)).toEqual({
    foreign: 2,
    images: [
      {
        ...{ name: imageName, tag: imageName, sizeBytes: image.length, claims: 'signed' },
        digest: expect.stringMatching(/^sha256:/),
        files: [
          {
            ...{ role: 'disk', fileName: 'disk.qcow2', digest: imageDigest },
            ...{ sizeBytes: image.length, url: 'https://images.acme.example/disk.qcow2' },
          },
        ],
      },
    ],
  });
});
