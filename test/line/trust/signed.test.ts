import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOpenpgpSigner } from '../../../src/testing/index.ts';
import { sha256 } from '../../fixtures/line.ts';
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
  line = await startSignedLine();
});
afterEach(() => line.close());

describe('auto with every signature', () => {
  test('is signed, with signer and time', async () => {
    line.offer();
    const image = await line.ensure();
    const signer = { fingerprint: line.signer.fingerprint, userId: expect.any(String) };
    expect(image.trust).toMatchObject({
      level: 'signed',
      pinned: false,
      signer,
      signedAt: new Date('2026-11-01T08:00:00Z'),
    });
    expect(image.trust.warnings.map(({ code }) => code)).toEqual(['mirror', 'mirror']);
    expect(await line.record(image)).toMatchObject({
      trust: { level: 'signed', offered: 'signed', signer, signedAt: '2026-11-01T08:00:00.000Z' },
      evidence: { digests: [sha256(makeImage())] },
    });
  });

  test('reads each document once, and all of them before the image', async () => {
    line.offer();
    await line.ensure();
    expect(line.asked()).toEqual([
      'index.sjson',
      'com.ubuntu.cloud:released:download.sjson',
      'SHA256SUMS',
      'SHA256SUMS.gpg',
      'ubuntu-24.04-server-cloudimg-amd64.img',
    ]);
  });

  test('resolves to the same without an image byte', async () => {
    line.offer();
    const { trust, digests } = await line.resolve();
    expect(trust).toMatchObject({
      level: 'signed',
      signer: { fingerprint: line.signer.fingerprint },
    });
    expect(digests).toEqual([sha256(makeImage())]);
    expect(noImage(line.asked())).toBe(true);
  });

  test('keeps the documents beside the disk, which prove it again without upstream', async () => {
    line.offer();
    const { path } = await line.ensure();
    const kept = JSON.parse(await readFile(path.replace(/\.raw$/, '.raw.evidence'), 'utf8'));
    const names = kept.documents.map(({ url }: { url: string }) => url.split('/').pop());
    expect(names).toEqual([
      'SHA256SUMS',
      'SHA256SUMS.gpg',
      'com.ubuntu.cloud:released:download.sjson',
    ]);
    await line.upstream.close();
    line.asked();
    expect(await line.verify()).toMatchObject([
      {
        path,
        state: 'intact',
        origin: {
          state: 'proved',
          level: 'signed',
          signer: { fingerprint: line.signer.fingerprint },
          signedAt: new Date('2026-11-01T08:00:00Z'),
        },
      },
    ]);
  });
});

describe('auto refuses before any image byte', () => {
  test.each([
    ['no SHA256SUMS.gpg', `${sums}.gpg`],
    ['no signed stream', products],
  ])('%s', async (_what, path) => {
    line.offer();
    line.upstream.route(path, 'gone', { status: 404 });
    await expect(line.ensure()).rejects.toMatchObject({
      code: 'ERR_SIGNATURE_MISSING',
      exitCode: 5,
      details: { reason: 'signature-missing' },
    });
    expect(noImage(line.asked())).toBe(true);
    expect(await line.visible()).toEqual([]);
  });

  test('a signer that is not pinned, unlike a list that was changed', async () => {
    line.offer({ signer: createOpenpgpSigner() });
    await expect(line.ensure()).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_SIGNER',
      exitCode: 5,
      hint: expect.stringContaining('key'),
    });
    line.offer();
    line.upstream.route(sums, `${'0'.repeat(64)} *ubuntu-24.04-server-cloudimg-amd64.img\n`);
    await expect(line.ensure()).rejects.toMatchObject({
      code: 'ERR_SIGNATURE',
      exitCode: 5,
      details: { reason: 'signature-bad' },
    });
    expect(noImage(line.asked())).toBe(true);
  });

  test("the vendor's real keys do not include the signer of this test", async () => {
    line.offer();
    const code = { code: 'ERR_UNKNOWN_SIGNER' };
    await expect(line.ensure({ keys: [] })).rejects.toMatchObject(code);
  });

  test('a stream that was changed after the vendor has read it', async () => {
    line.offer();
    const { clearsign } = line.signer;
    let answers = 0;
    // First the unsigned text, then a valid one: the vendor used the first.
    line.upstream.route(products, (_request, response) => {
      answers += 1;
      const path = `server/releases/noble/release-20261101/ubuntu-24.04-server-cloudimg-amd64.img`;
      const sha = sha256(makeImage()).slice(7);
      const item = { ftype: 'disk1.img', path, sha256: sha, size: makeImage().length };
      const product = {
        ...{ arch: 'amd64', version: '24.04', release: 'noble', supported: true },
        versions: { '20261101': { items: { 'disk1.img': item } } },
      };
      const document = {
        content_id: 'com.ubuntu.cloud:released:download',
        products: { 'com.ubuntu.cloud:server:24.04:amd64': product },
      };
      const text = clearsign(JSON.stringify(document), new Date('2026-11-01T08:00:00Z'));
      response.end(answers === 1 ? text.replace('"noble"', '"jammy"') : text);
    });
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_SIGNATURE' });
    expect(answers).toBe(1);
    expect(noImage(line.asked())).toBe(true);
  });
});

describe('a list and a signature of different versions', () => {
  const old = `${'0'.repeat(64)} *ubuntu-24.04-server-cloudimg-amd64.img\n`;

  test('are requested once more, without caches, and then match', async () => {
    line.offer();
    const list = `${sha256(makeImage()).slice(7)} *ubuntu-24.04-server-cloudimg-amd64.img\n`;
    let tries = 0;
    line.upstream.route(sums, (_request, response) => {
      tries += 1;
      response.setHeader('cache-control', 'max-age=86400');
      response.end(tries === 1 ? old : list);
    });
    expect((await line.ensure()).trust.level).toBe('signed');
    const asked = line.upstream.requests.filter(({ path }) => path.includes('SHA256SUMS'));
    expect(asked.map(({ path }) => path.split('/').pop())).toEqual([
      'SHA256SUMS',
      'SHA256SUMS.gpg',
      'SHA256SUMS',
      'SHA256SUMS.gpg',
    ]);
    expect(asked.slice(2).map(({ headers }) => headers['cache-control'])).toEqual([
      'no-cache',
      'no-cache',
    ]);
  });

  test('that never match are refused after exactly two tries', async () => {
    line.offer();
    line.upstream.route(sums, old);
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_SIGNATURE' });
    const asked = line.asked();
    expect(asked.filter((name) => name === 'SHA256SUMS')).toHaveLength(2);
    expect(asked.filter((name) => name === 'SHA256SUMS.gpg')).toHaveLength(2);
  });
});
