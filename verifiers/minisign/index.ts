import { createHash } from 'node:crypto';
import { defined, refuseSignature } from '../../src/kit.ts';
import { type Ed25519Key, findSigner, readEd25519Keys } from '../shared/ed25519-keys.ts';
import { HeldBytes } from '../shared/held-bytes.ts';
import { pickSigners, signatureBad } from '../shared/pick-signers.ts';
import {
  type DetachedCheck,
  refuseFuture,
  type SignerPolicy,
  type Verdict,
} from '../shared/verdict.ts';
import { type MinisignSignature, parseMinisign, requireMinisign } from './parse-signature.ts';

/** True if a text looks like a minisign signature file. */
export function isMinisign(bytes: Uint8Array): boolean {
  return parseMinisign(bytes) !== undefined;
}

/** Public keys; `id` is the key number in upper-case hex as minisign prints it, the last byte first. */
export function readMinisignKeys(material: Uint8Array | string): {
  keys: Ed25519Key[];
  notes: string[];
} {
  return readEd25519Keys(material, formatId);
}

/** Checks a signature and its trusted comment; throws the errors of `refuseSignature`. */
export function verifyMinisign(
  document: Uint8Array,
  signature: Uint8Array,
  keys: readonly Ed25519Key[],
  policy: SignerPolicy,
): Verdict {
  const check = openMinisign(signature, keys, policy, document.length);
  check.update(document);
  return check.finish();
}

/**
 * Checks a document that comes in chunks. A signature with a prehash needs no buffer; for an old one without, up to 64
 * MiB of the document are held in memory, or `maxHeldBytes` if the document is in memory already.
 */
export function openMinisign(
  signature: Uint8Array,
  keys: readonly Ed25519Key[],
  policy: SignerPolicy,
  maxHeldBytes?: number,
): DetachedCheck {
  const parsed = requireMinisign(signature, policy.name);
  const candidates = pickSigners(keys, formatId(parsed.keyNumber), policy);
  if (!parsed.isPrehashed) {
    const held = new HeldBytes(policy.name, maxHeldBytes);
    return {
      update: (chunk) => held.update(chunk),
      finish: () => conclude(held.take(), parsed, candidates, policy),
    };
  }
  const hash = createHash('blake2b512');
  return {
    update: (chunk) => {
      hash.update(chunk);
    },
    finish: () => conclude(hash.digest(), parsed, candidates, policy),
  };
}

function conclude(
  message: Uint8Array,
  signature: MinisignSignature,
  candidates: readonly Ed25519Key[],
  policy: SignerPolicy,
): Verdict {
  const id = formatId(signature.keyNumber);
  const signer = findSigner(candidates, message, signature.signature);
  if (signer === undefined) throw signatureBad(id, policy);
  const covered = Buffer.concat([signature.signature, signature.trustedComment]);
  if (findSigner([signer], covered, signature.globalSignature) === undefined) {
    throw refuseSignature(
      'signature-bad',
      `${policy.name}: the trusted comment is not signed by ${id}`,
      {
        signers: [id],
      },
    );
  }
  const signedAt = readTimestamp(signature.trustedComment);
  refuseFuture(signedAt, id, policy);
  return { signer: { fingerprint: id }, ...defined({ signedAt }), warnings: [] };
}

/** minisign writes `timestamp:<seconds>` into the comment unless the signer gave another comment. */
function readTimestamp(comment: Uint8Array): Date | undefined {
  const [, seconds] =
    /(?:^|\s)timestamp:(\d{1,11})(?:\s|$)/.exec(Buffer.from(comment).toString('latin1')) ?? [];
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000);
}

function formatId(keyNumber: Uint8Array): string {
  return Buffer.from(keyNumber).reverse().toString('hex').toUpperCase();
}
