import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRootdisk } from '../../../src/core.ts';
import { builtIns } from '../../../src/index.ts';
import { defineVendor, type Proof } from '../../../src/kit.ts';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { sha256 } from '../../fixtures/line.ts';
import {
  makeImage,
  noImage,
  now,
  type SignedLine,
  startSignedLine,
} from '../../fixtures/signed-line.ts';

let line: SignedLine;
beforeEach(async () => {
  line = await startSignedLine();
});
afterEach(() => line.close());

const newer = { serial: '20261115', bytes: makeImage(2), signedAt: new Date('2026-11-15T08:00Z') };

describe('maxAge', () => {
  test('refuses a document that was signed earlier, before any image byte', async () => {
    line.offer();
    await expect(line.ensure({ maxAge: '19d' })).rejects.toMatchObject({
      code: 'ERR_STALE',
      exitCode: 5,
      details: { signedAt: '2026-11-01T08:00:00.000Z' },
    });
    await expect(line.resolve({ maxAge: '19d' })).rejects.toMatchObject({ code: 'ERR_STALE' });
    expect(noImage(line.asked())).toBe(true);
    expect((await line.ensure({ maxAge: '20d' })).origin).toBe('network');
  });

  test('also applies to cached disks', async () => {
    line.offer();
    await line.ensure();
    expect((await line.ensure({ maxAge: '20d' })).origin).toBe('cache');
    const later = { maxAge: '20d', now: new Date('2026-11-22T12:00Z') };
    await expect(line.ensure(later)).rejects.toMatchObject({ code: 'ERR_STALE' });
    await expect(line.ensure(later, 'ubuntu:24.04@20261101')).rejects.toMatchObject({
      code: 'ERR_STALE',
    });
    await expect(line.ensure({ ...later, offline: true })).rejects.toMatchObject({
      code: 'ERR_OFFLINE_MISS',
    });
  });

  test('is met by a list with a newer signature, without an image byte', async () => {
    line.offer();
    await line.ensure();
    line.offer({ signedAt: new Date('2026-11-19T08:00Z') });
    line.asked();
    const image = await line.ensure({ maxAge: '5d' });
    expect(image).toMatchObject({
      origin: 'cache',
      trust: { signedAt: new Date('2026-11-19T08:00Z') },
    });
    expect(noImage(line.asked())).toBe(true);
  });

  test('cannot be met if no signature gives the age of the bytes', async () => {
    line.offer({ signer: false });
    const call = line.ensure({ trust: 'checksum', maxAge: '90d' });
    await expect(call).rejects.toMatchObject({ code: 'ERR_STALE' });
  });

  test('is not met by the date of a document that does not cover the image', async () => {
    const bytes = makeImage();
    const [base, { fingerprint, publicKey: key, clearsign }] = [
      new URL('https://images.acme.example/'),
      createOpenpgpSigner(),
    ];
    const keyed = {
      form: 'openpgp' as const,
      signers: [fingerprint],
      keys: [{ fingerprint, key }],
    };
    const proofs: Proof[] = [
      { kind: 'digest', digest: sha256(bytes), from: 'the index' },
      {
        kind: 'signature',
        of: new URL('InRelease', base),
        signature: { ...keyed, at: 'inline' },
      },
    ];
    const disk = { url: new URL('a.qcow2', base), fileName: 'a.qcow2', layers: ['qcow2'], proofs };
    const vendor = defineVendor({
      id: 'dated',
      title: 'Dated OS',
      apiVersion: 1,
      resolve: async () => ({ release: '1', variant: 'default', snapshot: '1', disk: [disk] }),
    });
    const { ensureImage } = createRootdisk({ ...builtIns, vendors: [vendor] });
    line.upstream.route('images.acme.example/a.qcow2', bytes);
    const release = clearsign('Suite: stable\n', new Date('2026-11-19'));
    line.upstream.route('images.acme.example/InRelease', release);
    const { cacheDir, mirrors } = line;
    const options = { arch: 'amd64', cacheDir, mirrors, now };
    await expect(ensureImage('dated', { ...options, maxAge: '90d' })).rejects.toMatchObject({
      code: 'ERR_STALE',
    });
    const { trust, dispose } = await ensureImage('dated', options);
    await dispose();
    expect(trust).toMatchObject({ level: 'checksum' });
    expect(trust).not.toHaveProperty('signedAt');
    await expect(ensureImage('dated', { ...options, maxAge: '90d' })).rejects.toMatchObject({
      code: 'ERR_STALE',
    });
  });

  test.each([['19'], ['soon'], [-1], [0]])('%j is not an age', async (maxAge) => {
    await expect(line.ensure({ maxAge })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      message:
        typeof maxAge === 'string'
          ? `invalid value "${maxAge}" for maxAge (--max-age)`
          : `maxAge must be a number of milliseconds above 0, not ${maxAge}`,
      hint: 'Write a number above 0 and its unit: 90d, 12h, 30m or 45s.',
    });
  });
});

describe('a build older than an accepted one', () => {
  beforeEach(async () => {
    line.offer(newer);
    await line.ensure();
    line.offer();
    line.asked();
  });

  test('is refused before any image byte, by resolve too', async () => {
    const refusal = { code: 'ERR_ROLLBACK', exitCode: 5, details: { reason: 'rollback' } };
    await expect(line.ensure()).rejects.toMatchObject(refusal);
    await expect(line.ensure()).rejects.toThrow(/20261101.*20261115/);
    await expect(line.resolve()).rejects.toMatchObject(refusal);
    expect(noImage(line.asked())).toBe(true);
  });

  test('is accepted with allowOlder, and the newer one is still remembered', async () => {
    const { snapshot } = await line.ensure({ allowOlder: true });
    expect(snapshot).toBe('20261101');
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_ROLLBACK' });
  });

  test('is accepted if the request names it, or gives its digest', async () => {
    const exact = await line.ensure({}, 'ubuntu:24.04@20261101');
    expect(exact.trust.level).toBe('signed');
    const pinned = await line.ensure({ digest: sha256(makeImage()) });
    expect(pinned.snapshot).toBe('20261101');
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_ROLLBACK' });
  });

  test('counts only for its own source', async () => {
    const bytes = makeImage();
    line.upstream.route('images.acme.example/disk.qcow2', bytes);
    const own = await line.ensure(
      { digest: sha256(bytes) },
      'https://images.acme.example/disk.qcow2',
    );
    expect(own.origin).toBe('network');
  });
});

describe('a document older than an accepted one', () => {
  test('at the same address is refused, although the build is the same', async () => {
    line.offer({ signedAt: new Date('2026-11-10T08:00Z') });
    await line.ensure();
    line.offer({ signedAt: new Date('2026-11-09T08:00Z') });
    // A hit needs no document.
    expect((await line.ensure()).origin).toBe('cache');
    await expect(line.ensure({ refresh: true })).rejects.toMatchObject({
      code: 'ERR_ROLLBACK',
      message: expect.stringMatching(/2026-11-09.*2026-11-10/),
    });
    expect((await line.ensure({ refresh: true, allowOlder: true })).trust.level).toBe('signed');
  });

  test('with a signature of the same moment is not older', async () => {
    line.offer();
    await line.ensure();
    expect((await line.ensure({ refresh: true })).trust.level).toBe('signed');
  });
});
