import { refuseSignature } from '../../src/kit.ts';
import { type Ed25519Key, findSigner, readEd25519Keys } from '../shared/ed25519-keys.ts';
import { HeldBytes } from '../shared/held-bytes.ts';
import { pickSigners, signatureBad } from '../shared/pick-signers.ts';
import { readSignatureLines, type SignatureLines } from '../shared/signature-lines.ts';
import type { DetachedCheck, SignerPolicy, Verdict } from '../shared/verdict.ts';

/**
 * True if the bytes look like a signify signature, detached or followed by its message; false for a minisign signature.
 */
export function isSignify(bytes: Uint8Array): boolean {
  const lines = readSignatureLines(bytes);
  if (lines === undefined) return false;
  const next = bytes.subarray(lines.end, lines.end + trustedComment.length);
  return lines.algorithm === 'Ed' && Buffer.from(next).toString('latin1') !== trustedComment;
}

/** Public keys; `id` is the key number in upper-case hex, in the byte order of the file. */
export function readSignifyKeys(material: Uint8Array | string): {
  keys: Ed25519Key[];
  notes: string[];
} {
  return readEd25519Keys(material, formatId);
}

/** Checks a signature in a separate file; throws the errors of `refuseSignature`. */
export function verifySignify(
  document: Uint8Array,
  signature: Uint8Array,
  keys: readonly Ed25519Key[],
  policy: SignerPolicy,
): Verdict {
  return verify(document, readDetached(signature, policy), keys, policy);
}

/** Checks a file that holds the signature and then the message; `body` is only the message. */
export function verifyEmbedded(
  document: Uint8Array,
  keys: readonly Ed25519Key[],
  policy: SignerPolicy,
): Verdict & { body: Uint8Array } {
  const lines = readLines(document, policy);
  const body = document.subarray(lines.end);
  return { ...verify(body, lines, keys, policy), body };
}

/** Checks a document that comes in chunks. signify signs the whole document, so it is held in memory: up to 64 MiB. */
export function openSignify(
  signature: Uint8Array,
  keys: readonly Ed25519Key[],
  policy: SignerPolicy,
): DetachedCheck {
  const lines = readDetached(signature, policy);
  pickSigners(keys, formatId(lines.keyNumber), policy);
  const held = new HeldBytes(policy.name);
  return {
    update: (chunk) => held.update(chunk),
    finish: () => verify(held.take(), lines, keys, policy),
  };
}

const trustedComment = 'trusted comment:';

function formatId(keyNumber: Uint8Array): string {
  return Buffer.from(keyNumber).toString('hex').toUpperCase();
}

function verify(
  message: Uint8Array,
  { keyNumber, signature }: SignatureLines,
  keys: readonly Ed25519Key[],
  policy: SignerPolicy,
): Verdict {
  const id = formatId(keyNumber);
  const signer = findSigner(pickSigners(keys, id, policy), message, signature);
  if (signer === undefined) throw signatureBad(id, policy);
  return { signer: { fingerprint: id }, warnings: [] };
}

function readDetached(file: Uint8Array, policy: SignerPolicy): SignatureLines {
  const lines = readLines(file, policy);
  if (lines.end < file.length) {
    throw refuseSignature(
      'malformed',
      `the signature of ${policy.name} has more after its second line`,
    );
  }
  return lines;
}

function readLines(file: Uint8Array, { name }: SignerPolicy): SignatureLines {
  const lines = readSignatureLines(file);
  if (lines === undefined) {
    throw refuseSignature('malformed', `${name}: not the two lines of a signify signature`);
  }
  if (lines.algorithm === 'Ed') return lines;
  throw refuseSignature(
    'unsupported',
    `${name}: the signature is of the algorithm ${JSON.stringify(lines.algorithm)}; signify only has Ed`,
  );
}
