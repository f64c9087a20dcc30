import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOpenpgpSigner } from '../../src/testing/openpgp-signer.ts';
import { makeBundle, makeSigstore } from '../verifiers/sigstore/make-bundle.ts';
import { parseOutput, type Ran, runCli } from './spawn-cli.ts';

const signer = createOpenpgpSigner('Images <images@example.org>');
const stranger = createOpenpgpSigner();
const sigstore = makeSigstore();
const signedAt = new Date('2026-11-01T08:00:00Z');
const hex = 'ab'.repeat(32);
const list = `${hex} *disk.img\n${'cd'.repeat(32)} *twice.img\n${'ef'.repeat(32)} *twice.img\n`;
const suite = 'Suite: testing\nValid-Until: Fri, 06 Nov 2026 08:08:01 UTC\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-verify-'));
  const files = {
    SHA256SUMS: list,
    'SHA256SUMS.gpg': signer.signDetached(Buffer.from(list), signedAt),
    bare: `${hex}\n`,
    'bare.gpg': signer.signDetached(Buffer.from(`${hex}\n`), signedAt),
    'other.gpg': signer.signDetached(Buffer.from('another list\n'), signedAt),
    InRelease: signer.clearsign(suite, signedAt),
    'own.asc': signer.publicKey,
    'stranger.asc': stranger.publicKey,
    'sums.bundle': makeBundle(sigstore, Buffer.from(list)),
    'root.json': sigstore.trustedRoot,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sums = ['SHA256SUMS', '--signature', 'SHA256SUMS.gpg'];
const bundled = ['SHA256SUMS', '--signature', 'sums.bundle', '--at', '2026-11-20'];
const identity = ['--identity', 'signer@example.com'];
const issuer = ['--issuer', 'https://issuer.example.com'];
const who = [...identity, ...issuer];
const own = ['--key', 'own.asc', '--at', '2026-11-20'];
const run = (...args: string[]): Promise<Ran> => runCli(['verify', ...args], { cwd: folder });

describe('verify', () => {
  test('tells the signer, and the digest that was signed for a name', async () => {
    const { code, stdout } = await run(...sums, ...own, '--pick', 'disk.img');
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((row) => row.split(/ {2,}/));
    expect(rows).toEqual([
      ['verdict', 'valid'],
      ['signer', `${signer.fingerprint} (Images <images@example.org>)`],
      ['signed', '2026-11-01T08:00:00.000Z'],
      ['digest', `sha256:${hex}`],
    ]);
    expect(parseOutput(await run(...sums, ...own, '--pick', 'disk.img', '--json'))).toEqual({
      verdict: 'valid',
      signer: { fingerprint: signer.fingerprint, userId: 'Images <images@example.org>' },
      signedAt: '2026-11-01T08:00:00.000Z',
      warnings: [],
      digest: `sha256:${hex}`,
    });
  });

  test('--key repeats, and any of them may have signed', async () => {
    const { code, stdout } = await run(...sums, '--key', 'stranger.asc', ...own);
    expect([code, stdout]).toEqual([0, expect.stringContaining(signer.fingerprint)]);
  });

  test('a bundle counts for the identity and issuer that are named', async () => {
    const { code, stdout } = await run(...bundled, ...who, '--key', 'root.json');
    expect([code, stdout]).toEqual([0, expect.stringContaining('signer@example.com')]);
  });

  test('a list past its Valid-Until is a warning', async () => {
    const late = await run('InRelease', ...own, '--json');
    expect(late.code).toBe(0);
    expect(parseOutput(late)).toMatchObject({ verdict: 'valid', warnings: [{ code: 'stale' }] });
    expect(late.stderr).toContain('2026-11-06');
    const early = await run('InRelease', '--key', 'own.asc', '--at', '2026-11-05', '--json');
    expect(parseOutput(early)).toMatchObject({ verdict: 'valid', warnings: [] });
  });

  test.each([
    [
      'a signature of something else',
      ['SHA256SUMS', '--signature', 'other.gpg', ...own],
      'ERR_SIGNATURE',
    ],
    ['a document without one', ['SHA256SUMS', ...own], 'ERR_SIGNATURE_MISSING'],
    ['a bundle although a key was given', [...bundled, '--key', 'own.asc'], 'ERR_KEY'],
    [
      'a bundle by another identity',
      [...bundled, '--key', 'root.json', ...issuer, '--identity', 'other@example.com'],
      'ERR_UNKNOWN_SIGNER',
    ],
    [
      'an unknown signer',
      [...sums, '--key', 'stranger.asc', '--at', '2026-11-20'],
      'ERR_UNKNOWN_SIGNER',
    ],
    ['an invalid key', [...sums, '--key', 'SHA256SUMS', '--at', '2026-11-20'], 'ERR_KEY'],
    [
      'a day before it was made',
      [...sums, '--key', 'own.asc', '--at', '2026-10-01'],
      'ERR_SIGNED_IN_FUTURE',
    ],
    ['a name that is not listed', [...sums, ...own, '--pick', 'disk'], 'ERR_DIGEST'],
    [
      'a digest without a name',
      ['bare', '--signature', 'bare.gpg', ...own, '--pick', 'anything'],
      'ERR_DIGEST',
    ],
    ['a name with two digests', [...sums, ...own, '--pick', 'twice.img'], 'ERR_DIGEST'],
    ['a document that is not a list', ['InRelease', ...own, '--pick', 'disk.img'], 'ERR_METADATA'],
  ])('%s is not valid: exit 5', async (_what, args, code) => {
    const json = await run(...args, '--json');
    expect(json.code).toBe(5);
    expect(parseOutput(json)).toMatchObject({
      ...{ verdict: 'invalid', code, warnings: [] },
      ...{ message: expect.any(String), hint: expect.stringMatching(/\.$/) },
    });
    const text = await run(...args);
    expect(text.code).toBe(5);
    expect(text.stdout).toMatch(/^verdict +not valid\nreason /);
    expect(text.stdout).toContain(code);
  });

  test.each([
    ['no key', [...sums], /--key/],
    ['an identity without an issuer', [...bundled, ...identity], /issuer/],
    ['an identity beside a key', [...bundled, ...who, '--key', 'own.asc'], /--key.*--identity/s],
    ['only a trusted root', [...bundled, '--key', 'root.json'], /--identity/],
    ['a missing document', ['missing', ...own], /missing/],
    ['a missing signature', ['SHA256SUMS', '--signature', 'nowhere.gpg', ...own], /nowhere/],
    ['a missing key', [...sums, '--key', 'nokey.asc'], /nokey/],
    ['an invalid date', [...sums, '--key', 'own.asc', '--at', 'friday'], /friday/],
    ['no document', own, /document/],
  ])('%s is a matter of the call: exit 2', async (_what, args, named) => {
    const { code, stderr, stdout } = await run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(named);
  });
});
