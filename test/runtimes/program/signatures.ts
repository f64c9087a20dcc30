import assert from 'node:assert/strict';
import { isImageError, verifyDocument } from 'rootdisk';
import { makeKey } from '../../verifiers/openpgp/make/key.ts';
import { type KeyKind, makeKeyPair } from '../../verifiers/openpgp/make/key-pair.ts';
import { makeSignature, now } from '../../verifiers/openpgp/make/signature.ts';
import type { Step } from './step.ts';

const kinds: KeyKind[] = ['rsa', 'P-256', 'P-384', 'eddsa', 'ed25519'];
const document = Buffer.from('a list of checksums\n');

/** OpenPGP signatures by each kind of key, and that a changed byte is refused. */
export function signatureSteps(): Step[] {
  return kinds.map((kind) => ({
    title: `verify: an OpenPGP signature by ${kind}`,
    run: () => verifyBy(kind),
  }));
}

async function verifyBy(kind: KeyKind): Promise<void> {
  const pair = makeKeyPair(kind);
  const signed = {
    ...{ name: 'SHA256SUMS', document, signature: makeSignature(pair, document) },
    ...{ keys: [makeKey(pair)], now },
  };
  const { signer } = await verifyDocument(signed);
  assert.equal(signer.fingerprint, pair.fingerprint.toUpperCase());
  const changed = Buffer.from('A list of checksums\n');
  const refusal = await verifyDocument({ ...signed, document: changed }).catch(
    (error: unknown) => error,
  );
  assert.ok(isImageError(refusal), String(refusal));
  assert.equal(refusal.code, 'ERR_SIGNATURE');
}
