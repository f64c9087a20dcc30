import { createHash } from 'node:crypto';
import { type Evidence, type SignedDocument, trustLevels } from '../contracts/proof.ts';
import { checkAnswer, listOf, oneOf, optional, record, type Shape, shapes } from './shape.ts';

const { anyText, bytes, digest, method, size, text, time, warnings } = shapes;

const signer = record({
  fingerprint: text,
  subkey: optional(text),
  userId: optional(anyText),
  keyOrigin: optional(oneOf(['vendor', 'caller'])),
});

const document: Shape = (value) => {
  const fault = documentFields(value);
  if (fault !== undefined) return fault;
  const { sha256, bytes: body } = Object(value);
  const isSame = createHash('sha256').update(body).digest('hex') === sha256;
  return isSame ? undefined : '.sha256 is not that of its bytes';
};
const documentFields = record({ url: text, sha256: text, bytes, signedAt: optional(time) });

const evidence = record({
  level: oneOf(trustLevels),
  digests: listOf(digest),
  diskDigests: optional(listOf(digest)),
  sizeBytes: optional(size),
  signer: optional(signer),
  signedAt: optional(time),
  documents: listOf(document),
  warnings,
  check: optional(record({ update: method, finish: method })),
});

/** Levels that need a digest or a check of the bytes. */
const bindingLevels: readonly unknown[] = ['checksum', 'pinned', 'signed'];

/** Well-formed, and with the digest or the check of the bytes that its level needs. */
const boundEvidence: Shape = (value) => {
  const fault = evidence(value);
  if (fault !== undefined) return fault;
  const { level, digests, diskDigests = [], check } = Object(value);
  const isBound = digests.length > 0 || diskDigests.length > 0 || check !== undefined;
  if (isBound || !bindingLevels.includes(level)) return undefined;
  return `.level is ${level}, but there is neither a digest nor a check of the bytes`;
};

const finished = record({ signer: optional(signer), signedAt: optional(time), warnings });
const verified = record({ body: bytes, signer, signedAt: optional(time), warnings });

/** Checks the evidence of a verifier; throws `ERR_PLUGIN` if it is invalid. */
export function checkEvidence(plugin: string, answer: Evidence): Evidence {
  return checkAnswer(plugin, 'prove', answer, boundEvidence);
}

/** Checks the result that a check of the bytes returns at its end. */
export function checkFinished<T>(plugin: string, answer: T): T {
  return checkAnswer(plugin, 'check.finish', answer, finished);
}

/** Checks the answer of a verifier for a local document. */
export function checkVerified(plugin: string, answer: SignedDocument): SignedDocument {
  return checkAnswer(plugin, 'verifyDocument', answer, verified);
}
