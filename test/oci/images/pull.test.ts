import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk } from '../../../src/core.ts';
import { type PullOptions, type PullOutcome, pullImages } from '../../../src/oci.ts';
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
  fleet.line.asked();
});
afterEach(() => fleet.close());

async function pull(options: PullOptions = {}, parts = fleet.parts): Promise<PullOutcome> {
  const { place, otherCache: cacheDir } = fleet;
  const [one] = await pullImages(parts, place, [imageName], { cacheDir, now, ...options });
  if (one === undefined) throw new Error('no outcome');
  return one;
}

/** Removes the documents from the registry. */
function dropEvidence(): void {
  const { registry } = fleet;
  const stored = registry.manifests.get(imageName);
  const manifest = JSON.parse(stored?.bytes.toString() ?? '');
  const config = JSON.parse(registry.blobs.get(manifest.config.digest)?.toString() ?? '');
  delete config.evidence;
  const bytes = Buffer.from(JSON.stringify(config));
  registry.blobs.set(sha256Of(bytes), bytes);
  manifest.config = { ...manifest.config, digest: sha256Of(bytes), size: bytes.length };
  const { mediaType = '' } = stored ?? {};
  registry.manifests.set(imageName, { bytes: Buffer.from(JSON.stringify(manifest)), mediaType });
}

test('a signed image is pulled into another cache without a request to upstream', async () => {
  expect(await pull()).toMatchObject({
    state: 'pulled',
    name: `${imageName}.raw`,
    trust: 'signed',
  });
  expect(fleet.line.asked()).toEqual([]);
  const rootdisk = createRootdisk(fleet.parts);
  const options = { arch: 'amd64', cacheDir: fleet.otherCache, now, offline: true };
  const found = await rootdisk.ensureImage('keyed:1', options);
  expect(found).toMatchObject({
    origin: 'cache',
    trust: { level: 'signed', signer: { fingerprint: fleet.signer.fingerprint } },
  });
  await found.dispose();
  for await (const entry of rootdisk.verifyCache({ cacheDir: fleet.otherCache, now })) {
    expect(entry).toMatchObject({ state: 'intact', origin: { state: 'proved' } });
  }
  expect(await pull()).toMatchObject({ state: 'present', trust: 'signed' });
});

test('without documents only a digest of the caller accepts it', async () => {
  dropEvidence();
  const refused = await pull();
  expect(refused).toMatchObject({
    state: 'failed',
    error: {
      code: 'ERR_UNTRUSTED',
      message: expect.stringMatching(/^\S+\.qcow2 in \S+ is not used: /),
    },
  });
  expect(await pull({ digest: sha256Of(Buffer.from('other')) })).toMatchObject({ state: 'failed' });
  expect(await pull({ digest: imageDigest })).toMatchObject({ state: 'pulled', trust: 'pinned' });
});

test('a key that this package does not name accepts nothing', async () => {
  const outcome = await pull({}, partsOf(createOpenpgpSigner()));
  expect(outcome).toMatchObject({ state: 'failed', error: { code: 'ERR_UNTRUSTED' } });
});

test.each([
  [
    'flipped',
    () => Buffer.from(image.map((byte, at) => (at === 70_000 ? byte ^ 1 : byte))),
    'ERR_DIGEST',
  ],
  ['cut short', () => image.subarray(0, 1000), 'ERR_SIZE'],
])('bytes that were %s in the registry are refused', async (_, planted, code) => {
  fleet.registry.blobs.set(imageDigest, planted());
  const outcome = await pull({ digest: imageDigest });
  expect(outcome).toMatchObject({ state: 'failed', error: { code } });
  expect(await createRootdisk({}).listCache({ cacheDir: fleet.otherCache })).toMatchObject({
    entries: [],
  });
});
