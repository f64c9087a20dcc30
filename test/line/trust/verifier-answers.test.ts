import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRootdisk } from '../../../src/core.ts';
import { defineVerifier, type Evidence } from '../../../src/kit.ts';
import { type Line, makeDisk, parts, sha256, startLine } from '../../fixtures/line.ts';

let line: Line;
const disk = makeDisk();
beforeEach(async () => {
  line = await startLine();
  const build = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] };
  line.offer({ ...build, digest: sha256(disk) }, disk);
});
afterEach(() => line.close());

const digest = sha256(disk);
const good = { level: 'checksum', digests: [digest], documents: [], warnings: [] };
const body = Buffer.from('a list');
const document = {
  url: 'https://images.acme.example/SUMS',
  sha256: createHash('sha256').update(body).digest('hex'),
  bytes: body,
};

/** Ensures the image with a verifier that replaces the one for digests. */
function ensureWith(answer: () => unknown): Promise<unknown> {
  const verifier = defineVerifier({
    kind: 'digest',
    prove: async () => answer() as Evidence,
  });
  const others = parts.verifiers.filter(({ kind }) => kind !== 'digest');
  const { ensureImage } = createRootdisk({ ...parts, verifiers: [...others, verifier] });
  const { cacheDir, mirrors } = line;
  return ensureImage('acme:1', { arch: 'amd64', cacheDir, mirrors, trust: 'none' });
}

const named = (method = 'prove') => ({
  code: 'ERR_PLUGIN',
  exitCode: 8,
  details: { plugin: 'verifier digest', method },
});

describe('evidence that breaks the contract is ERR_PLUGIN, naming the verifier', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['a list', [good]],
    ['an unknown level', { ...good, level: 'perfect' }],
    ['signed without a digest or check', { ...good, level: 'signed', digests: [] }],
    ['checksum without a digest or check', { ...good, digests: [] }],
    ['pinned without a digest or check', { ...good, level: 'pinned', digests: [] }],
    ['MD5', { ...good, digests: [`md5:${'ab'.repeat(16)}`] }],
    ['MD5 under another name', { ...good, digests: [`sha256:${'ab'.repeat(16)}`] }],
    ['a digest in capitals', { ...good, digests: [digest.toUpperCase()] }],
    ['bare hex', { ...good, digests: [digest.slice(7)] }],
    ['digests that are not a list', { ...good, digests: digest }],
    ['a weak digest of the disk', { ...good, diskDigests: ['sha1:00'] }],
    ['an invalid size', { ...good, sizeBytes: Number.NaN }],
    ['a signer without a fingerprint', { ...good, signer: {} }],
    ['an invalid time', { ...good, signedAt: new Date('never') }],
    ['a time as text', { ...good, signedAt: '2026-01-01' }],
    ['no documents', { ...good, documents: undefined }],
    ['a document without bytes', { ...good, documents: [{ ...document, bytes: 'a list' }] }],
    ['a document of another hash', { ...good, documents: [{ ...document, sha256: '00' }] }],
    ['no warnings', { ...good, warnings: undefined }],
    ['a warning without a code', { ...good, warnings: [{ message: 'odd' }] }],
    ['a check without an end', { ...good, check: { update() {} } }],
  ])('%s', async (_title, answer) => {
    await expect(ensureWith(() => answer)).rejects.toMatchObject(named());
    expect(await line.visible()).toEqual([]);
  });

  test('an exception', async () => {
    const call = ensureWith(() => {
      throw new Error('no');
    });
    await expect(call).rejects.toMatchObject(named());
  });
});

describe('a check of the bytes that breaks the contract is ERR_PLUGIN, too', () => {
  const withCheck = (check: object): (() => unknown) => {
    return () => ({ ...good, level: 'signed', digests: [], check: { update() {}, ...check } });
  };
  test.each<[string, unknown]>([
    ['that ends with nothing', undefined],
    ['that ends without warnings', {}],
    ['that names no signer', { signer: {}, warnings: [] }],
  ])('%s', async (_title, end) => {
    const call = ensureWith(withCheck({ finish: async () => end }));
    await expect(call).rejects.toMatchObject(named('check.finish'));
    expect(await line.visible()).toEqual([]);
  });

  test('that throws for its bytes', async () => {
    const update = () => {
      throw new TypeError('no bytes, please');
    };
    const call = ensureWith(withCheck({ update, finish: async () => ({ warnings: [] }) }));
    await expect(call).rejects.toMatchObject(named('check.update'));
    expect(await line.visible()).toEqual([]);
  });

  test('and a valid one makes the disk signed', async () => {
    const end = { signer: { fingerprint: 'AB' }, warnings: [] };
    const call = ensureWith(withCheck({ finish: async () => end }));
    expect(await call).toMatchObject({ trust: { level: 'signed' } });
  });
});

test('evidence of a good verifier counts', async () => {
  const answer = { ...good, documents: [document] };
  expect(await ensureWith(() => answer)).toMatchObject({ trust: { level: 'checksum' } });
});

test('the result for a document in memory is checked as well', async () => {
  const verifier = defineVerifier({
    kind: 'signature',
    prove: async () => ({ level: 'none', digests: [], documents: [], warnings: [] }),
    verifyDocument: async () => JSON.parse('{}'),
  });
  const { verifyDocument } = createRootdisk({ verifiers: [verifier] });
  const asked = verifyDocument({ document: body, keys: [], name: 'SUMS' });
  await expect(asked).rejects.toMatchObject({
    code: 'ERR_PLUGIN',
    details: { plugin: 'verifier signature', method: 'verifyDocument' },
  });
});
