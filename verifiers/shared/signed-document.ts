import {
  isImageError,
  type ProofContext,
  publicUrl,
  refuseSignature,
  type Signature,
} from '../../src/kit.ts';
import { collectKeys, explainUnknown, type KeyedSignature } from './collect-keys.ts';
import { type FetchedDocument, fetchDocument, findDocument } from './document.ts';
import type { Verdict } from './key-ring.ts';
import type { Origin } from './proved-document.ts';

/** A document of which only what was signed is left, and who signed it. */
export interface SignedText {
  /** `text` is the signed body; the evidence holds the whole file. */
  document: FetchedDocument;
  origin: Origin;
}

/**
 * Reads a signed document. Caching networks can hold document and signature of different moments, so when they do not fit
 * both are asked for once more past every cache; if they still do not, that is `ERR_SIGNATURE`. One that carries its own
 * signature cannot be torn, and a vendor may have read it already: a second answer would not be what the vendor saw.
 */
export async function fetchSigned(
  url: URL,
  signature: Signature,
  context: ProofContext,
): Promise<SignedText> {
  try {
    return await fetchOnce(url, signature, context, false);
  } catch (error) {
    if (signature.at === 'inline' || !isImageError(error, 'ERR_SIGNATURE')) throw error;
    context.log({
      level: 'info',
      message: `${publicUrl(url)} does not fit its signature, asking once more`,
    });
    return await fetchOnce(url, signature, context, true);
  }
}

/** What carries the signature; where upstream does not have it, that is `ERR_SIGNATURE_MISSING`. */
export async function fetchSignature(
  at: URL,
  context: ProofContext,
  fresh: boolean,
): Promise<FetchedDocument> {
  const found = await findDocument(at, context, { fresh });
  if (found !== undefined) return found;
  const url = publicUrl(at);
  throw refuseSignature(
    'signature-missing',
    `${url} is not there, and ${context.fileName} has to be signed`,
    {
      url,
      fileName: context.fileName,
      hint: 'Try again later; or accept less with a lower trust, or give the digest yourself.',
    },
  );
}

async function fetchOnce(
  url: URL,
  signature: Signature,
  context: ProofContext,
  fresh: boolean,
): Promise<SignedText> {
  const isInline = signature.at === 'inline';
  const document = await (isInline
    ? fetchSignature(url, context, fresh)
    : fetchDocument(url, context, { fresh }));
  const detached =
    signature.at === 'inline' ? undefined : await fetchSignature(signature.at, context, fresh);
  const { body, documents, ...verdict } =
    signature.form === 'sigstore'
      ? await verifyBundled(document, detached, signature, context)
      : await verifyKeyed(document, detached, signature, context);
  const text = new TextDecoder().decode(body);
  const signed = verdict.signedAt === undefined ? {} : { signedAt: verdict.signedAt };
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
  const keys = await collectKeys(signature, context);
  const policy = { signers: keys.signers, now: context.now, name: evidence.url };
  try {
    const verdict =
      detached === undefined
        ? keys.ring.verifyInline(evidence.bytes, policy)
        : {
            ...keys.ring.verifyDetached(evidence.bytes, detached.evidence.bytes, policy),
            body: evidence.bytes,
          };
    return { ...verdict, documents: keys.documents };
  } catch (error) {
    throw explainUnknown(error, keys, context);
  }
}

async function verifyBundled(
  { evidence }: FetchedDocument,
  bundle: FetchedDocument | undefined,
  { identity, issuer }: Extract<Signature, { form: 'sigstore' }>,
  context: ProofContext,
): Promise<Verified> {
  const { verifyBundle } = await import('../sigstore/index.ts');
  const trustedRoot = context.given.keys.find((key) => /^\s*\{/.test(key));
  const verdict = await verifyBundle(evidence.bytes, bundle?.evidence.bytes ?? new Uint8Array(0), {
    identity,
    issuer,
    name: evidence.url,
    now: context.now,
    ...(trustedRoot === undefined ? {} : { trustedRoot }),
  });
  return { ...verdict, body: evidence.bytes, documents: [] };
}
