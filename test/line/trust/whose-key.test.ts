import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRootdisk, type EnsuredImage, type EnsureOptions } from '../../../src/core.ts';
import { builtIns } from '../../../src/index.ts';
import { createOpenpgpSigner, type OpenpgpSigner } from '../../../src/testing/index.ts';
import { createKeyedVendor } from '../../fixtures/keyed-vendor.ts';
import { sha256 } from '../../fixtures/line.ts';
import {
  makeImage,
  noImage,
  type SignedLine,
  startSignedLine,
} from '../../fixtures/signed-line.ts';

const [vendorKey, nextKey, callerKey] = [
  createOpenpgpSigner('Vendor <v@example.org>'),
  createOpenpgpSigner('Next <n@example.org>'),
  createOpenpgpSigner('Caller <c@example.org>'),
];
const bytes = makeImage();
const list = `${sha256(bytes).slice('sha256:'.length)}  disk.qcow2\n`;
const named = ({ fingerprint, publicKey: key }: OpenpgpSigner) => ({ fingerprint, key });
const partsOf = (...keys: OpenpgpSigner[]) => ({
  ...builtIns,
  vendors: [createKeyedVendor(keys.map(named))],
});

let line: SignedLine;
const images: EnsuredImage[] = [];
beforeEach(async () => {
  line = await startSignedLine(partsOf(vendorKey));
  line.upstream.route('images.acme.example/disk.qcow2', bytes);
  line.upstream.route('images.acme.example/SHA256SUMS', list);
});
afterEach(async () => {
  for (const image of images.splice(0)) await image.dispose();
  await line.close();
});

function signBy({ signDetached }: OpenpgpSigner, day = '2026-11-01'): void {
  const signature = signDetached(Buffer.from(list), new Date(day));
  line.upstream.route('images.acme.example/SHA256SUMS.asc', signature);
}

/** A call with these keys in addition to the vendor's. */
const withKeys = (keys: OpenpgpSigner[], more: EnsureOptions = {}, reference = 'keyed:1') =>
  line.ensure({ keys: keys.map(({ publicKey }) => publicKey), ...more }, reference);

describe('a disk that was signed by a key of the caller', () => {
  beforeEach(async () => {
    signBy(callerKey);
    const { trust } = await withKeys([callerKey]);
    expect(trust).toMatchObject({
      level: 'signed',
      signer: { fingerprint: callerKey.fingerprint, keyOrigin: 'caller' },
    });
    line.asked();
  });

  test('is a hit for a call with the same key', async () => {
    expect(await withKeys([callerKey])).toMatchObject({ origin: 'cache' });
    expect(await withKeys([callerKey, nextKey], { offline: true })).toMatchObject({
      origin: 'cache',
    });
    expect(noImage(line.asked())).toBe(true);
  });

  test.each<[string, EnsureOptions]>([
    ['auto', {}],
    ['signed', { trust: 'signed' }],
  ])('does not satisfy %s without the key', async (_, options) => {
    const unknown = { code: 'ERR_UNKNOWN_SIGNER' };
    await expect(withKeys([], options)).rejects.toMatchObject(unknown);
    await expect(withKeys([nextKey], options)).rejects.toMatchObject(unknown);
    await expect(withKeys([], { ...options, offline: true })).rejects.toMatchObject({
      code: 'ERR_OFFLINE_MISS',
    });
    await expect(withKeys([], options, 'keyed:1@1')).rejects.toMatchObject(unknown);
  });

  test('is not signed for a lower minimum without the key: the list gives its digest', async () => {
    const { trust, origin } = await withKeys([], { trust: 'checksum' });
    expect(trust).toMatchObject({ level: 'checksum', pinned: false });
    expect(trust.signer).toBeUndefined();
    expect(origin).toBe('cache');
    expect(noImage(line.asked())).toBe(true);
    const offline = withKeys([], { trust: 'checksum', offline: true });
    await expect(offline).rejects.toMatchObject({ code: 'ERR_OFFLINE_MISS' });
    expect((await withKeys([callerKey], { offline: true })).trust.level).toBe('signed');
  });

  test('is pinned, not signed, for a call with the digest and without the key', async () => {
    const { trust } = await withKeys([], { digest: sha256(bytes), offline: true });
    expect(trust).toMatchObject({ level: 'pinned', pinned: true });
    expect(trust.signer).toBeUndefined();
  });

  test('is no answer while the vendor is unreachable', async () => {
    line.upstream.route('images.acme.example/SHA256SUMS.asc', 'no', { status: 500 });
    await expect(withKeys([])).rejects.toMatchObject({ exitCode: expect.any(Number) });
  });

  test('is proved again with the key of the vendor, and no image byte is downloaded', async () => {
    signBy(vendorKey, '2026-11-02');
    const { origin, trust } = await withKeys([], { refresh: false });
    const { fingerprint } = vendorKey;
    expect(origin).toBe('cache');
    expect(trust.signer).toMatchObject({ fingerprint, keyOrigin: 'vendor' });
    expect(noImage(line.asked())).toBe(true);
    expect(await withKeys([], { offline: true })).toMatchObject({ origin: 'cache' });
  });
});

describe("a disk that was signed by the vendor's key", () => {
  beforeEach(async () => {
    signBy(vendorKey);
    const { trust } = await withKeys([callerKey]);
    expect(trust.signer).toMatchObject({
      fingerprint: vendorKey.fingerprint,
      keyOrigin: 'vendor',
    });
    line.asked();
  });

  test('is a hit with any additional keys', async () => {
    expect(await withKeys([])).toMatchObject({ origin: 'cache' });
    expect(await withKeys([nextKey], { offline: true })).toMatchObject({ origin: 'cache' });
  });

  test('is not a hit if other keys replace them', async () => {
    const keys = { replace: [callerKey.publicKey] };
    await expect(line.ensure({ keys }, 'keyed:1')).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_SIGNER',
    });
  });

  test('is not a hit once the vendor no longer names that key', async () => {
    const { ensureImage } = createRootdisk(partsOf(nextKey));
    const { cacheDir, mirrors } = line;
    const ensure = async (): Promise<EnsuredImage> => {
      const now = new Date('2026-11-20');
      const image = await ensureImage('keyed:1', { arch: 'amd64', cacheDir, mirrors, now });
      images.push(image);
      return image;
    };
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_UNKNOWN_SIGNER' });
    signBy(nextKey, '2026-11-02');
    const { origin, trust } = await ensure();
    expect([origin, trust.signer?.fingerprint]).toEqual(['cache', nextKey.fingerprint]);
    expect(noImage(line.asked())).toBe(true);
  });
});

test("the caller's copy of the vendor's key is the vendor's key", async () => {
  signBy(vendorKey);
  const keys = { replace: [vendorKey.publicKey] };
  const { trust } = await line.ensure({ keys }, 'keyed:1');
  expect(trust.signer?.keyOrigin).toBe('vendor');
  expect(await withKeys([])).toMatchObject({ origin: 'cache' });
});
