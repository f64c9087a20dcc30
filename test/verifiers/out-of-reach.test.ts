import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ChecksumsProof,
  type Evidence,
  isOutOfReach,
  refuseSignature,
  type Signature,
  type SignatureReason,
  TransferError,
  type TrustLevel,
} from '../../src/kit.ts';
import { createOpenpgpSigner, type OpenpgpSigner } from '../../src/testing/openpgp-signer.ts';
import { mirrorsFor, startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { checksums } from '../../verifiers/checksums.ts';
import { makeSigner, signSignify } from './make-ed25519.ts';
import { proofContext, sha256Of, site } from './proof-context.ts';
import { makeBundle, makeSigstore } from './sigstore/make-bundle.ts';

const keyHost = 'https://keys.example/';
const list = Buffer.from(`${sha256Of('an image').slice('sha256:'.length)}  demo.qcow2\n`);
const url = new URL('r1/SHA256SUMS', site);

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ 'images.example/r1/SHA256SUMS': list });
});
afterEach(() => upstream.close());

function prove(proof: ChecksumsProof, wanted: TrustLevel = 'signed'): Promise<Evidence> {
  const mirrors = mirrorsFor(upstream, [site, keyHost]);
  return checksums.prove(proof, { ...proofContext({ mirrors }), wanted });
}

test('a key that is identified only by its number is never fetched', async () => {
  const signer = makeSigner();
  const fingerprint = signer.keyNumber.toString('hex').toUpperCase();
  upstream.route('images.example/r1/SHA256SUMS.sig', signSignify(signer, list));
  upstream.route('keys.example/made.pub', signer.publicFile);
  const keys = [{ fingerprint, urls: [new URL('made.pub', keyHost)] }];
  const at = new URL('SHA256SUMS.sig', url);
  const signature: Signature = { form: 'signify', at, signers: [fingerprint], keys };
  const asked = prove({ kind: 'checksums', url, signature });
  await expect(asked).rejects.toMatchObject({ code: 'ERR_KEY' });
  expect(upstream.requests.filter(({ path }) => path.includes('made.pub'))).toEqual([]);
});

test('a signature that cannot be checked here is an error if signed is required, otherwise a warning', async () => {
  const bundle = makeBundle(makeSigstore(), list, { curve: 'P-256' });
  const envelope = Buffer.from(bundle).toString().replace('SHA2_256', 'SHA2_512');
  upstream.route('images.example/r1/SHA256SUMS.bundle', envelope);
  const at = new URL('SHA256SUMS.bundle', url);
  const signature = {
    form: 'sigstore',
    at,
    identity: 'a@example.com',
    issuer: 'https://i.example',
  } as const;
  const proof: ChecksumsProof = { kind: 'checksums', url, signature };
  await expect(prove(proof)).rejects.toMatchObject({
    code: 'ERR_SIGNATURE',
    details: { reason: 'unsupported' },
  });
  const evidence = await prove(proof, 'checksum');
  expect(evidence.level).toBe('checksum');
  expect(evidence.warnings).toContainEqual(expect.objectContaining({ code: 'proof-unreachable' }));
});

test("a bundle does not count if the caller's keys replace those of the vendor", async () => {
  const sigstore = makeSigstore();
  upstream.route('images.example/r1/SHA256SUMS.bundle', Buffer.from(makeBundle(sigstore, list)));
  const signature: Signature = {
    form: 'sigstore',
    at: new URL('SHA256SUMS.bundle', url),
    identity: 'signer@example.com',
    issuer: 'https://issuer.example.com',
  };
  const proof: ChecksumsProof = { kind: 'checksums', url, signature };
  const context = proofContext({ mirrors: mirrorsFor(upstream, [site]) });
  const proveWith = (keys: string[], replace: boolean): Promise<Evidence> =>
    checksums.prove(proof, { ...context, given: { keys, replace } });
  const { publicKey } = createOpenpgpSigner();
  await expect(proveWith([publicKey], true)).rejects.toMatchObject({ code: 'ERR_KEY' });
  const { level } = await proveWith([sigstore.trustedRoot], true);
  expect(level).toBe('signed');
});

describe('below signed, a list by an unknown signer gives its digest', () => {
  const [known, stranger] = [createOpenpgpSigner(), createOpenpgpSigner()];
  const before = new Date('2026-11-01');
  const pinned = { fingerprint: known.fingerprint, key: known.publicKey };
  const at = new URL('SHA256SUMS.gpg', url);
  const proofBy = (at: URL | 'inline', keys = [pinned]): ChecksumsProof => {
    const signers = keys.map(({ fingerprint }) => fingerprint);
    return { kind: 'checksums', url, signature: { form: 'openpgp', at, signers, keys } };
  };
  const serve = (by: OpenpgpSigner, text = list.toString()): void => {
    upstream.route('images.example/r1/SHA256SUMS', by.clearsign(text, before));
  };

  test('with a detached or inline signature, with a warning', async () => {
    const digests = [sha256Of('an image')];
    const warned = expect.arrayContaining([expect.objectContaining({ code: 'signer-unknown' })]);
    upstream.route('images.example/r1/SHA256SUMS.gpg', stranger.signDetached(list, before));
    const detached = await prove(proofBy(at), 'checksum');
    expect(detached).toMatchObject({ level: 'checksum', digests, warnings: warned });
    serve(stranger);
    const inline = await prove(proofBy('inline'), 'checksum');
    expect(inline).toMatchObject({ level: 'checksum', digests, warnings: warned });
    expect(inline.signer).toBeUndefined();
  });

  test('also if no key is known at all', async () => {
    serve(stranger);
    const { level, warnings } = await prove(proofBy('inline', []), 'checksum');
    expect(level).toBe('checksum');
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'proof-unreachable' }));
  });

  test('but signed stays refused, and a bad signature by the known key too', async () => {
    serve(stranger);
    await expect(prove(proofBy('inline'))).rejects.toMatchObject({ code: 'ERR_UNKNOWN_SIGNER' });
    const changed = known.clearsign(list.toString(), before).replace('demo', 'dema');
    upstream.route('images.example/r1/SHA256SUMS', changed);
    await expect(prove(proofBy('inline'), 'checksum')).rejects.toMatchObject({
      code: 'ERR_SIGNATURE',
    });
  });
});

const reasons: [SignatureReason, boolean][] = [
  ['signature-missing', true],
  ['key-unreachable', true],
  ['unsupported', true],
  ['signature-bad', false],
  ['malformed', false],
  ['signer-unknown', false],
  ['signer-revoked', false],
  ['key-unusable', false],
  ['weak-hash', false],
  ['rollback', false],
];
test.each(reasons)('%s is out of reach: %s', (reason, expected) => {
  expect(isOutOfReach(refuseSignature(reason, 'a refusal'))).toBe(expected);
});

test('an address without an answer is out of reach, an invalid document is not', () => {
  const failure = (code: 'ERR_NETWORK' | 'ERR_METADATA') =>
    new TransferError({ code, message: 'it failed', details: {} });
  expect(isOutOfReach(failure('ERR_NETWORK'))).toBe(true);
  expect(isOutOfReach(failure('ERR_METADATA'))).toBe(false);
  expect(isOutOfReach(new Error('another'))).toBe(false);
});
