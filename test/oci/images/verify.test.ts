import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Parts } from '../../../src/core.ts';
import { type VerifiedImage, verifyRegistry } from '../../../src/oci.ts';
import { createOpenpgpSigner } from '../../../src/testing/index.ts';
import { now } from '../../fixtures/signed-line.ts';
import { sha256Of } from '../fake-registry.ts';
import {
  image,
  imageDigest,
  imageName,
  partsOf,
  type SignedFleet,
  startSignedFleet,
} from './signed-fleet.ts';

let fleet: SignedFleet;
beforeEach(async () => {
  fleet = await startSignedFleet();
  await fleet.push();
});
afterEach(() => fleet.close());

async function verify(names: string[] = [], parts: Parts = fleet.parts): Promise<VerifiedImage[]> {
  const images: VerifiedImage[] = [];
  for await (const one of verifyRegistry(parts, fleet.place, names, { now })) images.push(one);
  return images;
}
const disk = { role: 'disk', digest: imageDigest, sizeBytes: image.length };

test("bytes and origin are proved from the registry's files", async () => {
  fleet.line.asked();
  expect(await verify()).toMatchObject([
    {
      ...{ name: imageName, tag: imageName, state: 'intact' },
      blobs: [
        { role: 'config', state: 'intact' },
        { ...disk, state: 'intact' },
      ],
      origin: { state: 'proved', signer: { fingerprint: fleet.signer.fingerprint } },
    },
  ]);
  expect(fleet.line.asked()).toEqual([]);
});

test('a key that this package does not name proves nothing', async () => {
  const [one] = await verify([], partsOf(createOpenpgpSigner()));
  expect(one?.state).toBe('intact');
  expect(one?.origin?.state).not.toBe('proved');
});

test.each([
  [
    'flipped',
    () => Buffer.from(image.map((byte, at) => (at === 70_000 ? byte ^ 1 : byte))),
    'other-bytes',
  ],
  ['shorter', () => image.subarray(0, 1000), 'short'],
])(
  'a blob that was %s is damage, with the necessary action of the operator',
  async (_, planted, state) => {
    fleet.registry.blobs.set(imageDigest, planted());
    const [one] = await verify([imageName]);
    expect(one).toMatchObject({ state: 'damaged' });
    expect(one?.origin).toBeUndefined();
    const blob = one?.blobs.find(({ role }) => role === 'disk');
    expect(blob).toMatchObject({ state });
    const hex = imageDigest.slice('sha256:'.length);
    expect(blob?.advice).toContain('Pushing again does not repair it');
    expect(blob?.advice).toContain(`blobs/sha256/${hex.slice(0, 2)}/${hex}/data`);
  },
);

test('a missing blob is pushed again, and then exists', async () => {
  fleet.registry.blobs.delete(imageDigest);
  const [one] = await verify();
  expect(one?.blobs[1]).toMatchObject({
    state: 'missing',
    advice: expect.stringContaining('Push'),
  });
  expect(await fleet.push()).toMatchObject([{ state: 'pushed' }]);
  expect(await verify()).toMatchObject([{ state: 'intact', origin: { state: 'proved' } }]);
});

test('a config with other bytes is damage too', async () => {
  const config = [...fleet.registry.blobs.keys()].find((digest) => digest !== imageDigest) ?? '';
  fleet.registry.blobs.set(config, Buffer.from('{}'));
  const [one] = await verify();
  expect(one).toMatchObject({ state: 'damaged', origin: { state: 'unproved' } });
  expect(one?.blobs[0]).toMatchObject({ role: 'config', state: 'other-bytes' });
});

test('documents for other bytes are a false origin', async () => {
  const { registry } = fleet;
  const other = Buffer.alloc(5000, 1);
  registry.blobs.set(sha256Of(other), other);
  const text = registry.manifests.get(imageName)?.bytes.toString() ?? '';
  const forged = text
    .replace(imageDigest, sha256Of(other))
    .replace(`"size":${image.length}`, `"size":${other.length}`);
  const { mediaType = '' } = registry.manifests.get(imageName) ?? {};
  registry.manifests.set(imageName, { bytes: Buffer.from(forged), mediaType });
  expect(await verify()).toMatchObject([
    {
      state: 'intact',
      origin: { state: 'failed', reason: expect.stringContaining('its documents say') },
    },
  ]);
});

test('an image under the tag of another one is misplaced', async () => {
  const { registry } = fleet;
  const stored = registry.manifests.get(imageName);
  const tag = imageName.replace('keyed_1', 'keyed_2');
  if (stored !== undefined) registry.manifests.set(tag, stored);
  const [, second] = await verify();
  expect(second).toMatchObject({ tag, name: tag, state: 'misplaced' });
  expect(second?.reason).toContain(imageName);
});

test('a name that does not exist is reported', async () => {
  await expect(verify(['keyed_9_default_amd64_1'])).rejects.toMatchObject({
    code: 'ERR_NOT_FOUND',
  });
});
