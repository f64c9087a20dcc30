import { describe, expect, test } from 'vitest';
import type { DocumentToVerify, SignedDocument } from '../../../src/kit.ts';
import { createOpenpgpSigner } from '../../../src/testing/openpgp-signer.ts';
import { signature } from '../../../verifiers/signature.ts';
import { makeSigner, signMinisign, signSignify } from '../make-ed25519.ts';
import { laterReasonOf } from '../refusal.ts';
import { makeBundle, makeSigstore } from '../sigstore/make-bundle.ts';

const document = Buffer.from(`${'ab'.repeat(32)}  disk.img\n`);
const now = new Date('2026-11-20');
const signedAt = new Date('2026-11-01');

const openpgp = createOpenpgpSigner();
const made = makeSigner();
const [, keyLine = ''] = made.publicFile.split('\n');
const signifyKey = `untrusted comment: release public key\n${keyLine}\n`;
const minisignKey = `untrusted comment: minisign public key A2BCBAF809BB\n${keyLine}\n`;
const sigstore = makeSigstore();
const root = Buffer.from(sigstore.trustedRoot);

const signatures = {
  openpgp: openpgp.signDetached(document, signedAt),
  signify: signSignify(made, document),
  minisign: signMinisign(made, document),
  'old minisign': signMinisign(made, document, { algorithm: 'Ed' }),
  bundle: makeBundle(sigstore, document),
};
const who = { identity: 'signer@example.com', issuer: 'https://issuer.example.com' };

function check(
  bytes: string | Uint8Array | undefined,
  keys: readonly (string | Uint8Array)[],
  more: Partial<DocumentToVerify> = {},
): Promise<SignedDocument> {
  const verify = signature.verifyDocument;
  if (verify === undefined) throw new Error('it checks no document');
  const given = keys.map((key) => Buffer.from(key));
  const detached = bytes === undefined ? {} : { signature: Buffer.from(bytes) };
  return verify({ document, ...detached, keys: given, now, name: 'SHA256SUMS', ...more });
}

/** A signature file cut to its first two lines. */
function cut(file: string): string {
  return `${file.split('\n').slice(0, 2).join('\n')}\n`;
}

describe('the keys choose the form', () => {
  test.each([
    ['openpgp', openpgp.publicKey],
    ['signify', signifyKey],
    ['minisign', minisignKey],
    ['minisign', keyLine],
    ['old minisign', minisignKey],
  ] as const)('%s counts for a key of its form', async (form, key) => {
    expect((await check(signatures[form], [key])).body).toEqual(document);
  });

  test.each([
    ['openpgp', minisignKey],
    ['openpgp', signifyKey],
    ['signify', openpgp.publicKey],
    ['minisign', openpgp.publicKey],
    ['bundle', openpgp.publicKey],
    ['bundle', signifyKey],
    ['bundle', minisignKey],
  ] as const)('%s does not count for another key', async (form, key) => {
    expect(await laterReasonOf(check(signatures[form], [key]))).toBe('key-unusable');
  });

  test('several keys allow their own forms, and each checks its own', async () => {
    const keys = [openpgp.publicKey, minisignKey];
    expect((await check(signatures.openpgp, keys)).signedAt).toEqual(signedAt);
    expect((await check(signatures.minisign, keys)).signer.fingerprint).toMatch(/^[0-9A-F]{16}$/);
    expect(await laterReasonOf(check(signatures.bundle, keys))).toBe('key-unusable');
  });
});

describe('a signature of minisign that was cut to two lines', () => {
  const other = makeSigner('0102030405060708');
  test.each([
    ['a key file of minisign', [minisignKey], 'malformed'],
    ['a key without a comment', [keyLine], 'malformed'],
    ['beside a signify key', [minisignKey, other.publicFile], 'signer-unknown'],
    ['beside a signify key in one file', [other.publicFile + minisignKey], 'signer-unknown'],
  ])('is refused with %s', async (_, keys, reason) => {
    expect(await laterReasonOf(check(cut(signatures['old minisign']), keys))).toBe(reason);
    expect(await laterReasonOf(check(cut(signatures.minisign), keys))).not.toBe('holds');
  });

  test('is not an inline signature either', async () => {
    const inline = Buffer.concat([Buffer.from(cut(signatures['old minisign'])), document]);
    const asked = check(undefined, [minisignKey], { document: inline });
    expect(await laterReasonOf(asked)).toBe('key-unusable');
  });
});

describe('a bundle', () => {
  test('counts for an identity with its issuer', async () => {
    const { signer } = await check(signatures.bundle, [root], who);
    expect(signer.userId).toBe('signer@example.com (https://issuer.example.com)');
  });

  test.each([
    ['another identity', { ...who, identity: 'other@example.com' }],
    ['another issuer', { ...who, issuer: 'https://accounts.example.com' }],
  ])('does not count for %s', async (_, wanted) => {
    expect(await laterReasonOf(check(signatures.bundle, [root], wanted))).toBe('signer-unknown');
  });

  const usage = { code: 'ERR_INVALID_REQUEST' };
  test.each([
    ['an identity without an issuer', [root], { identity: who.identity }],
    ['an issuer without an identity', [root], { issuer: who.issuer }],
    ['a trusted root without either', [root], {}],
    ['an OpenPGP key beside the identity', [openpgp.publicKey], who],
    ['a minisign key beside the identity', [root, minisignKey], who],
    ['a signify key beside the identity', [root, signifyKey], who],
  ])('%s is a usage error', async (_, keys, more) => {
    await expect(check(signatures.bundle, keys, more)).rejects.toMatchObject(usage);
  });

  test.each(['openpgp', 'signify', 'minisign'] as const)(
    'a signature of %s is not accepted in its place',
    async (form) => {
      expect(await laterReasonOf(check(signatures[form], [root], who))).toBe('malformed');
    },
  );

  test('must be given', async () => {
    expect(await laterReasonOf(check(undefined, [root], who))).toBe('signature-missing');
  });
});
