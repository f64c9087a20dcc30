import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk, type TrustLevel } from '../../../src/core.ts';
import { builtIns } from '../../../src/index.ts';
import type { Vendor } from '../../../src/kit.ts';
import { createOpenpgpSigner, type OpenpgpSigner } from '../../../src/testing/index.ts';
import { createKeyedVendor } from '../../fixtures/keyed-vendor.ts';
import { sha256 } from '../../fixtures/line.ts';
import { makeImage, now, type SignedLine, startSignedLine } from '../../fixtures/signed-line.ts';

const [ours, theirs] = [createOpenpgpSigner('Vendor <v@example.org>'), createOpenpgpSigner()];
const bytes = makeImage();
const list = Buffer.from(`${sha256(bytes).slice('sha256:'.length)}  disk.qcow2\n`);
const keysOf = (signer: OpenpgpSigner) => [
  { fingerprint: signer.fingerprint, key: signer.publicKey },
];
/** The keys that the vendor names in its proofs, and all its keys. */
const partsOf = (vendor: Vendor) => ({ ...builtIns, vendors: [vendor] });
const vendorOf = (signer: OpenpgpSigner): Vendor => {
  return { ...createKeyedVendor(keysOf(signer)), keys: keysOf(signer) };
};

let line: SignedLine;
let tar: string;
afterEach(() => line.close());

/** Exports a disk with a signature by this key, for a vendor that names it. */
async function exportSigned(signer: OpenpgpSigner): Promise<void> {
  line = await startSignedLine(partsOf(createKeyedVendor(keysOf(signer))));
  line.upstream.route('images.acme.example/disk.qcow2', bytes);
  line.upstream.route('images.acme.example/SHA256SUMS', list);
  const signature = signer.signDetached(list, new Date('2026-11-01'));
  line.upstream.route('images.acme.example/SHA256SUMS.asc', signature);
  const image = await line.ensure({ keepSource: true, keys: undefined }, 'keyed:1');
  expect(image.trust.level).toBe('signed');
  tar = join(line.folder, 'disks.tar');
  await createRootdisk({}).exportCache(tar, [], { cacheDir: line.cacheDir });
}

async function importBy(vendor: Vendor): Promise<TrustLevel | undefined> {
  const cacheDir = join(line.folder, 'other');
  const { entries } = await createRootdisk(partsOf(vendor)).importCache(tar, { cacheDir, now });
  return entries[0]?.trust;
}

beforeEach(() => exportSigned(ours));

test('the documents of the archive and the keys of the vendor here make it signed', async () => {
  const vendor = vendorOf(ours);
  expect(await importBy(vendor)).toBe('signed');
  const rootdisk = createRootdisk(partsOf(vendor));
  const options = { arch: 'amd64', cacheDir: join(line.folder, 'other'), now };
  const image = await rootdisk.ensureImage('keyed:1', { ...options, offline: true });
  expect(image).toMatchObject({
    origin: 'cache',
    trust: { level: 'signed', signer: { fingerprint: ours.fingerprint, keyOrigin: 'vendor' } },
  });
  await image.dispose();
  const { cacheDir } = options;
  for await (const entry of rootdisk.verifyCache({ cacheDir, now })) {
    expect(entry).toMatchObject({ state: 'intact', origin: { state: 'proved', level: 'signed' } });
  }
});

test('a key that only the archive names proves nothing', async () => {
  await line.close();
  await exportSigned(theirs);
  expect(await importBy(vendorOf(ours))).toBe('none');
});

test('a disk of a vendor without keys is not signed', async () => {
  expect(await importBy(createKeyedVendor(keysOf(ours)))).toBe('none');
});
