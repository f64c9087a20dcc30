import { expect, test } from 'vitest';
import { checksums, digest, disk, signature, tls } from '../../src/kit.ts';

const site = 'https://images.example/r1/';
const sum = `sha256:${'ab'.repeat(32)}` as const;

test('a disk accepts addresses as text, and takes its file name from the address', () => {
  const made = disk({
    url: `${site}demo%2Bx.qcow2?raw=1`,
    mirrors: ['https://mirror.example/demo.qcow2'],
    layers: ['qcow2'],
    proofs: [digest({ digest: sum, from: 'the index' })],
  });
  expect(made).toEqual({
    url: new URL(`${site}demo%2Bx.qcow2?raw=1`),
    mirrors: [new URL('https://mirror.example/demo.qcow2')],
    fileName: 'demo+x.qcow2',
    layers: ['qcow2'],
    proofs: [{ kind: 'digest', digest: sum, from: 'the index' }],
  });
  expect(disk({ ...made, fileName: 'other' })).toMatchObject({ fileName: 'other', url: made.url });
});

test('proofs get their kind', () => {
  const signed = {
    form: 'openpgp',
    at: 'inline',
    signers: ['A'.repeat(40)],
    keys: [{ fingerprint: 'A'.repeat(40) }],
  } as const;
  const given = { ...signed, signers: [...signed.signers], keys: [...signed.keys] };
  expect(checksums({ url: `${site}SUMS`, signature: given })).toEqual({
    kind: 'checksums',
    url: new URL('SUMS', site),
    signature: signed,
  });
  expect(signature(given)).toEqual({ kind: 'signature', signature: signed });
  expect(signature({ ...given, of: `${site}index` })).toEqual({
    kind: 'signature',
    signature: signed,
    of: new URL('index', site),
  });
  expect(tls('no list')).toEqual({ kind: 'tls', reason: 'no list' });
});

test.each(['SHA256SUMS', '', 'http//x'])('%j is not an address', (url) => {
  for (const build of [
    () => checksums({ url }),
    () => disk({ url, layers: [], proofs: [tls('none')] }),
  ]) {
    expect(build).toThrow(expect.objectContaining({ code: 'ERR_INVALID_REQUEST' }));
  }
});
