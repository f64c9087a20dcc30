import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtIns } from '../../../src/index.ts';
import { createOpenpgpSigner } from '../../../src/testing/index.ts';
import { createKeyedVendor } from '../../fixtures/keyed-vendor.ts';
import { sha256 } from '../../fixtures/line.ts';
import {
  makeImage,
  noImage,
  type SignedLine,
  startSignedLine,
} from '../../fixtures/signed-line.ts';

const stranger = createOpenpgpSigner('A stranger <stranger@example.org>');

describe('keys of the caller', () => {
  let line: SignedLine;
  beforeEach(async () => {
    line = await startSignedLine();
    line.offer();
  });
  afterEach(() => line.close());

  test.each([
    ['a list adds', (key: string) => [key]],
    ['add adds', (key: string) => ({ add: [stranger.publicKey, key] })],
    ['replace replaces', (key: string) => ({ replace: [key, stranger.publicKey] })],
  ])('%s', async (_what, keys) => {
    const { trust } = await line.ensure({ keys: keys(line.signer.publicKey) });
    expect(trust.signer?.fingerprint).toBe(line.signer.fingerprint);
  });

  test('may be the path of a file', async () => {
    const file = join(line.folder, 'own.asc');
    await writeFile(file, line.signer.publicKey);
    expect((await line.ensure({ keys: [file] })).trust.level).toBe('signed');
  });

  test('may be a file that is not armored', async () => {
    const file = join(line.folder, 'own.gpg');
    const [, body = ''] = /\n\n([\s\S]*?)\n=/.exec(line.signer.publicKey) ?? [];
    await writeFile(file, Buffer.from(body, 'base64'));
    expect((await line.ensure({ keys: [file] })).trust.level).toBe('signed');
  });

  test('a file that does not exist is refused by its path, before any request', async () => {
    await expect(line.ensure({ keys: ['/nonexistent/key.asc'] })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      message: expect.stringContaining('/nonexistent/key.asc'),
    });
    expect(line.asked()).toEqual([]);
  });

  test('a file without an end is refused, not loaded', async () => {
    await expect(line.ensure({ keys: ['/dev/zero'] })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      message: '"/dev/zero" is not a public key',
    });
  });

  test('a pipe is read to its end', async () => {
    const pipe = join(line.folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [{ trust }] = await Promise.all([
      line.ensure({ keys: [pipe] }),
      writeFile(pipe, line.signer.publicKey),
    ]);
    expect(trust.signer?.fingerprint).toBe(line.signer.fingerprint);
  });

  test.each([
    ['the wrong one', [stranger.publicKey], 'ERR_UNKNOWN_SIGNER'],
    ['no key at all', ['-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n'], 'ERR_KEY'],
    ['none', [], 'ERR_KEY'],
  ])('in place of the vendor’s, %s: no other key counts', async (_what, replace, code) => {
    await expect(line.ensure({ keys: { replace } })).rejects.toMatchObject({ code, exitCode: 5 });
    expect(noImage(line.asked())).toBe(true);
  });

  test('in place of the vendor’s count for cached disks, too', async () => {
    await line.ensure();
    const code = { code: 'ERR_UNKNOWN_SIGNER' };
    const others = { replace: [stranger.publicKey] };
    await expect(line.ensure({ keys: others })).rejects.toMatchObject(code);
    await expect(line.ensure({ keys: others }, 'ubuntu:24.04@20261101')).rejects.toMatchObject(
      code,
    );
    await expect(line.ensure({ keys: others, offline: true })).rejects.toMatchObject({
      code: 'ERR_OFFLINE_MISS',
    });
    // Proved again by the other signer, who has signed the same list: no image byte is downloaded.
    line.offer({ signer: stranger });
    line.asked();
    const image = await line.ensure({ keys: others });
    expect(image).toMatchObject({
      origin: 'cache',
      trust: { signer: { fingerprint: stranger.fingerprint } },
    });
    expect(noImage(line.asked())).toBe(true);
    expect((await line.ensure({ keys: others, offline: true })).path).toBe(image.path);
  });
});

describe('a pinned key that is fetched', () => {
  const signer = createOpenpgpSigner();
  const { fingerprint, publicKey } = signer;
  const own = 'keys.acme.example/release.asc';
  const image = makeImage();
  const list = `${sha256(image).slice(7)}  disk.qcow2\n`;
  let line: SignedLine;
  const start = async (address: string): Promise<void> => {
    const keys = [{ fingerprint, urls: [new URL(address)] }];
    line = await startSignedLine({ ...builtIns, vendors: [createKeyedVendor(keys)] });
    const served = {
      'disk.qcow2': image,
      SHA256SUMS: list,
      'SHA256SUMS.asc': signer.signDetached(Buffer.from(list), new Date('2026-11-01T08:00Z')),
    };
    for (const [name, body] of Object.entries(served)) {
      line.upstream.route(`images.acme.example/${name}`, body);
    }
  };
  afterEach(() => line.close());

  test('comes from its own host, and is kept: later calls do not download it again', async () => {
    await start(`https://${own}`);
    line.upstream.route(own, publicKey);
    const first = await line.ensure({ keys: [] }, 'keyed:1');
    expect(first.trust).toMatchObject({ level: 'signed', signer: { fingerprint } });
    expect(line.asked()).toContain('release.asc');
    // Even when the host is gone for good.
    line.upstream.route(own, 'gone', { status: 410 });
    expect((await line.ensure({ keys: [] }, 'keyed:2')).trust.level).toBe('signed');
    expect(line.asked()).not.toContain('release.asc');
    await line.upstream.close();
    const entries = await line.verify();
    expect(entries.map(({ origin }) => origin?.state)).toEqual(['proved', 'proved']);
  });

  test('is refused if it has another fingerprint', async () => {
    await start(`https://${own}`);
    line.upstream.route(own, stranger.publicKey);
    await expect(line.ensure({ keys: [] }, 'keyed:1')).rejects.toMatchObject({ code: 'ERR_KEY' });
    expect(noImage(line.asked())).toBe(true);
    // The kept answer does not prevent the use of the right key.
    line.upstream.route(own, publicKey);
    expect((await line.ensure({ keys: [] }, 'keyed:1')).trust.level).toBe('signed');
  });

  test('is found beside an unknown one, which is not trusted', async () => {
    await start(`https://${own}`);
    line.upstream.route(own, stranger.publicKey + publicKey);
    expect((await line.ensure({ keys: [] }, 'keyed:1')).trust.signer?.fingerprint).toBe(
      fingerprint,
    );
    const forged = stranger.signDetached(Buffer.from(list), new Date('2026-11-02T08:00Z'));
    line.upstream.route('images.acme.example/SHA256SUMS.asc', forged);
    await expect(line.ensure({ keys: [] }, 'keyed:2')).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_SIGNER',
    });
  });

  test('is never fetched from the host of the images', async () => {
    await start('https://images.acme.example/release.asc');
    line.upstream.route('images.acme.example/release.asc', publicKey);
    await expect(line.ensure({ keys: [] }, 'keyed:1')).rejects.toMatchObject({ code: 'ERR_KEY' });
    expect(line.asked()).not.toContain('release.asc');
  });

  test('that is unreachable is an error that says where to get it; a key of the caller replaces it', async () => {
    await start(`https://${own}`);
    await expect(line.ensure({ keys: [] }, 'keyed:1')).rejects.toMatchObject({
      code: 'ERR_KEY',
      exitCode: 5,
      message: expect.stringContaining(fingerprint),
      hint: expect.stringMatching(/https:\/\/keys\.acme\.example\/release\.asc.*--key/),
      details: { reason: 'key-unreachable', signers: [fingerprint] },
    });
    expect(noImage(line.asked())).toBe(true);
    const low = await line.ensure({ keys: [], trust: 'checksum' }, 'keyed:1');
    expect(low.trust.level).toBe('checksum');
    expect(low.trust.warnings.map(({ code }) => code)).toContain('proof-unreachable');
    line.asked();
    expect((await line.ensure({ keys: [publicKey] }, 'keyed:1')).trust.level).toBe('signed');
    expect(line.asked()).not.toContain('release.asc');
  });
});
