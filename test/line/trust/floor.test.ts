import { stat } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeDisk, parts, sha256 } from '../../fixtures/line.ts';
import {
  folderOf,
  makeImage,
  noImage,
  type SignedLine,
  startSignedLine,
  streams,
} from '../../fixtures/signed-line.ts';

const products = `${streams}com.ubuntu.cloud:released:download.sjson`;
const sums = `${folderOf('20261101')}SHA256SUMS`;
let line: SignedLine;
beforeEach(async () => {
  line = await startSignedLine(parts);
});
afterEach(() => line.close());

const withoutSignatures = (): void => {
  line.upstream.route(products, 'gone', { status: 404 });
  line.upstream.route(`${sums}.gpg`, 'gone', { status: 404 });
};

describe("trust: 'checksum' is a minimum", () => {
  test('missing signatures are a warning', async () => {
    line.offer();
    withoutSignatures();
    const image = await line.ensure({ trust: 'checksum' });
    expect(image.trust).toMatchObject({ level: 'checksum' });
    expect(image.trust).not.toHaveProperty('signer');
    const missed = image.trust.warnings.filter(({ code }) => code === 'proof-unreachable');
    expect(missed.map(({ message }) => /[^/]+\.(?:gpg|sjson)\b/.exec(message)?.[0]).sort()).toEqual(
      ['SHA256SUMS.gpg', 'com.ubuntu.cloud:released:download.sjson'],
    );
    expect(await line.record(image)).toMatchObject({
      trust: { level: 'checksum', offered: 'signed' },
    });
  });

  test('existing signatures are checked and count', async () => {
    line.offer();
    expect((await line.ensure({ trust: 'checksum' })).trust.level).toBe('signed');
  });

  test('a bad signature is an error', async () => {
    line.offer();
    const at = new Date('2026-11-01T08:00Z');
    const bad = line.signer.signDetached(Buffer.from('another list\n'), at);
    line.upstream.route(`${sums}.gpg`, bad);
    await expect(line.ensure({ trust: 'checksum' })).rejects.toMatchObject({
      code: 'ERR_SIGNATURE',
      exitCode: 5,
    });
    expect(noImage(line.asked())).toBe(true);
    expect(await line.visible()).toEqual([]);
  });

  test('a list that disagrees with the stream is an error', async () => {
    line.offer();
    withoutSignatures();
    line.upstream.route(sums, `${'0'.repeat(64)} *ubuntu-24.04-server-cloudimg-amd64.img\n`);
    await expect(line.ensure({ trust: 'checksum' })).rejects.toMatchObject({
      code: 'ERR_DIGEST',
      details: { reason: 'conflicting-proofs' },
    });
  });
});

describe("trust: 'signed' is a minimum", () => {
  test('one signature is enough, and the missing other one is a warning', async () => {
    line.offer();
    line.upstream.route(`${sums}.gpg`, 'gone', { status: 404 });
    const { trust } = await line.ensure({ trust: 'signed' });
    expect(trust.level).toBe('signed');
    expect(trust.warnings.map(({ code }) => code)).toContain('proof-unreachable');
  });

  test('a source with only digests does not reach it', async () => {
    const bytes = gzipSync(makeDisk());
    const build = { release: '1', snapshot: '1', file: 'acme.raw.gz', layers: ['gz', 'raw'] };
    const index = JSON.stringify([{ ...build, digest: sha256(bytes) }]);
    line.upstream.route('images.acme.example/index.json', index);
    line.upstream.route('images.acme.example/acme.raw.gz', bytes);
    const untrusted = { code: 'ERR_UNTRUSTED', exitCode: 5 };
    await expect(line.ensure({ trust: 'signed' }, 'acme:1')).rejects.toMatchObject({
      ...untrusted,
      details: { level: 'checksum', wanted: 'signed' },
    });
    const pinned = line.ensure({ trust: 'signed', digest: sha256(bytes) }, 'acme:1');
    await expect(pinned).rejects.toMatchObject({ ...untrusted, details: { level: 'pinned' } });
    expect(line.asked()).toEqual(['index.json', 'index.json']);
  });
});

describe('a digest of the caller', () => {
  test('needs no other document', async () => {
    line.offer();
    const image = await line.ensure({ digest: sha256(makeImage()) });
    expect(image.trust).toMatchObject({ level: 'pinned', pinned: true });
    expect(line.asked()).toEqual([
      'index.sjson',
      'com.ubuntu.cloud:released:download.sjson',
      'ubuntu-24.04-server-cloudimg-amd64.img',
    ]);
  });

  test('works if nothing is signed, and refuses a file that does not match it', async () => {
    line.offer({ signer: false });
    const other = line.ensure({ digest: sha256(makeImage(2)) });
    await expect(other).rejects.toMatchObject({ code: 'ERR_DIGEST' });
    expect(noImage(line.asked())).toBe(true);
    expect((await line.ensure({ digest: sha256(makeImage()) })).trust.level).toBe('pinned');
  });
});

describe('a disk with a lower level', () => {
  test('is raised by a later call without an image byte', async () => {
    line.offer();
    withoutSignatures();
    const low = await line.ensure({ trust: 'checksum' });
    const before = await stat(low.path);
    expect(low.trust.level).toBe('checksum');
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISSING' });

    line.offer();
    line.asked();
    const high = await line.ensure();
    expect(high).toMatchObject({ path: low.path, origin: 'cache', trust: { level: 'signed' } });
    expect(noImage(line.asked())).toBe(true);
    const after = await stat(low.path);
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
    expect(await line.verify()).toMatchObject([
      { state: 'intact', origin: { state: 'proved', level: 'signed' } },
    ]);
  });

  test('is not lowered again by a call that requires less', async () => {
    line.offer();
    await line.ensure();
    withoutSignatures();
    const { origin, trust } = await line.ensure({ trust: 'checksum' });
    expect([origin, trust.level]).toEqual(['cache', 'signed']);
  });
});
