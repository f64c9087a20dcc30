import {
  defined,
  isImageError,
  type MetadataOptions,
  type ProofContext,
  publicUrl,
  refuseSignature,
  type Signature,
  type Signer,
} from '../../src/kit.ts';
import { checkWithKeys, type KeyedSignature } from './collect-keys.ts';
import { type FetchedDocument, findDocument, type Origin } from './document.ts';
import type { Verdict } from './verdict.ts';

/** The signed text of a document, and its signer. */
export interface SignedText {
  /** `text` is the signed body; the evidence holds the whole file. */
  document: FetchedDocument;
  origin: Origin;
}

/**
 * Reads a signed document. A content delivery network can cache document and signature of different versions: if they
 * do not fit, both are requested again without any cache; if they still do not fit, the error is `ERR_SIGNATURE`. A
 * document with an inline signature is one file, and a vendor may have read it already: it is not requested again,
 * because another answer would differ from the one that the vendor read.
 */
export async function fetchSigned(
  url: URL,
  signature: Signature,
  context: ProofContext,
  accept?: string,
): Promise<SignedText> {
  try {
    return await fetchOnce(url, signature, context, { accept });
  } catch (error) {
    if (signature.at === 'inline' || !isImageError(error, 'ERR_SIGNATURE')) throw error;
    context.log({
      level: 'info',
      message: `${publicUrl(url)} does not match its signature, fetching both again`,
    });
    return await fetchOnce(url, signature, context, { accept, fresh: true });
  }
}

/** A document that must be signed, or its signature; if upstream has none, the error is `ERR_SIGNATURE_MISSING`. */
export async function fetchDemanded(
  at: URL,
  context: ProofContext,
  how: Pick<MetadataOptions, 'fresh' | 'accept'>,
): Promise<FetchedDocument> {
  const found = await findDocument(at, context, how);
  if (found !== undefined) return found;
  const url = publicUrl(at);
  throw refuseSignature(
    'signature-missing',
    `${url} is missing, and ${context.fileName} must be signed`,
    {
      url,
      fileName: context.fileName,
      hint: 'Try again later, accept a lower level (trust, --trust), or give the digest of the file (digest, --digest).',
    },
  );
}

async function fetchOnce(
  url: URL,
  signature: Signature,
  context: ProofContext,
  how: Pick<MetadataOptions, 'fresh' | 'accept'>,
): Promise<SignedText> {
  const document = await fetchDemanded(url, context, how);
  const { fresh } = how;
  const detached =
    signature.at === 'inline' ? undefined : await fetchDemanded(signature.at, context, { fresh });
  const { body, documents, ...verdict } =
    signature.form === 'cosign'
      ? await verifyByKeyPair(document, detached, signature, context)
      : signature.form === 'sigstore'
        ? await verifyBundled(document, detached, signature, context)
        : await verifyKeyed(document, detached, signature, context);
  const text = new TextDecoder().decode(body);
  const signed = defined({ signedAt: verdict.signedAt });
  return {
    document: { ...document, text },
    origin: {
      level: 'signed',
      signer: verdict.signer,
      ...signed,
      documents: [
        { ...document.evidence, ...signed },
        ...(detached === undefined ? [] : [detached.evidence]),
        ...documents,
      ],
      warnings: [...document.warnings, ...(detached?.warnings ?? []), ...verdict.warnings],
    },
  };
}

type Verified = Verdict & { body: Uint8Array; documents: FetchedDocument['evidence'][] };

async function verifyKeyed(
  { evidence }: FetchedDocument,
  detached: FetchedDocument | undefined,
  signature: KeyedSignature,
  context: ProofContext,
): Promise<Verified> {
  const { checked, keys } = await checkWithKeys(signature, context, ({ ring, signers }) => {
    const policy = { signers, now: context.now, name: evidence.url };
    if (detached === undefined) return ring.verifyInline(evidence.bytes, policy);
    const verdict = ring.verifyDetached(evidence.bytes, detached.evidence.bytes, policy);
    return { ...verdict, body: evidence.bytes };
  });
  const warnings = [...checked.warnings, ...keys.warnings];
  const signer = keys.tellOrigin(checked.signer);
  return { ...checked, signer, documents: keys.documents, warnings };
}

async function verifyBundled(
  { evidence }: FetchedDocument,
  bundle: FetchedDocument | undefined,
  { identity, issuer }: Extract<Signature, { form: 'sigstore' }>,
  context: ProofContext,
): Promise<Verified> {
  const { verifyBundle } = await import('../sigstore/index.ts');
  const { keys, replace } = context.given;
  const trustedRoot = keys.find((key) => /^\s*\{/.test(key));
  if (replace && keys.length > 0 && trustedRoot === undefined) {
    throw refuseSignature(
      'key-unusable',
      `${evidence.url} is signed by a Sigstore bundle, and the keys given in place of the vendor's are not for bundles`,
      {
        url: evidence.url,
        hint: 'Give a trusted_root.json, or leave out the keys: the vendor names the signer.',
      },
    );
  }
  const verdict = await verifyBundle(evidence.bytes, bundle?.evidence.bytes ?? new Uint8Array(0), {
    identity,
    issuer,
    name: evidence.url,
    now: context.now,
    trustedRoot,
  });
  const signer: Signer = { ...verdict.signer, keyOrigin: 'vendor' };
  return { ...verdict, signer, body: evidence.bytes, documents: [] };
}

async function verifyByKeyPair(
  { evidence }: FetchedDocument,
  stored: FetchedDocument | undefined,
  { signers, signature }: Extract<Signature, { form: 'cosign' }>,
  { given: { keys } }: ProofContext,
): Promise<Verified> {
  const { verifyKeyPair } = await import('../cosign/index.ts');
  const { bytes } = evidence;
  const policy = { signers, keys, signature, name: evidence.url };
  const verdict = verifyKeyPair(bytes, stored?.evidence.bytes ?? new Uint8Array(0), policy);
  return { ...verdict, body: bytes, documents: [] };
}
