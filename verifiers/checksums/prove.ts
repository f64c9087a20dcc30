import {
  type ChecksumsProof,
  type Evidence,
  isImageError,
  isOutOfReach,
  manifestTypes,
  type ProofContext,
  parseChecksums,
  parseValidUntil,
  peekSignedText,
  pickChecksum,
  publicUrl,
} from '../../src/kit.ts';
import { getDocument } from '../shared/document.ts';
import { fetchSigned, type SignedText } from '../shared/signed-document.ts';
import { fetchProved } from './proved-document.ts';

/** The digest that the list gives for the name, and the proof of the list. */
export async function proveChecksums(
  proof: ChecksumsProof,
  context: ProofContext,
): Promise<Evidence> {
  const from = publicUrl(proof.url);
  const { document, origin } = await readList(proof, context);
  const list = parseChecksums(document.text, { dialect: proof.dialect, from });
  const { name = context.fileName, aliases } = proof;
  // A server could answer with the signed digest of another file.
  const isProved = proof.signature !== undefined || proof.via !== undefined;
  const named = isProved && proof.sidecar !== true;
  const picked = pickChecksum(list, name, from, { aliases, named });
  const until = parseValidUntil(document.text);
  if (until !== undefined && until < context.now) {
    const message = `${from} expired on ${until.toISOString()}`;
    origin.warnings.push({ code: 'stale', message });
  }
  return { ...picked, ...origin };
}

function readList(proof: ChecksumsProof, context: ProofContext): Promise<SignedText> {
  if (proof.signature !== undefined) return readSigned(proof, proof.signature, context);
  if (proof.via !== undefined) return readProved(proof, proof.via, context);
  return readPlain(proof, context);
}

async function readPlain(proof: ChecksumsProof, context: ProofContext): Promise<SignedText> {
  const document = await getDocument(proof.url, context, { accept: acceptedFor(proof) });
  const { evidence, warnings } = document;
  return {
    document,
    origin: { level: 'checksum', documents: [evidence], warnings: [...warnings] },
  };
}

/** The facts that `via` proves: the document is verified by its proof. */
async function readProved(
  proof: ChecksumsProof,
  via: NonNullable<ChecksumsProof['via']>,
  context: ProofContext,
): Promise<SignedText> {
  const { document, origin } = await fetchProved(proof.url, via, context, acceptedFor(proof));
  const documents = [...origin.documents, document.evidence];
  return {
    document,
    origin: { ...origin, documents, warnings: [...origin.warnings, ...document.warnings] },
  };
}

/**
 * If less than a signature is required and a signature or key is not available, the list counts as read over TLS. The
 * same holds for an unknown signer, which is probably a key newer than this release of the package; a bad signature is
 * refused.
 */
async function readSigned(
  proof: ChecksumsProof,
  signature: NonNullable<ChecksumsProof['signature']>,
  context: ProofContext,
): Promise<SignedText> {
  try {
    return await fetchSigned(proof.url, signature, context, acceptedFor(proof));
  } catch (error) {
    const isUnknown = isImageError(error, 'ERR_UNKNOWN_SIGNER');
    if (context.wanted === 'signed' || !(isUnknown || isOutOfReach(error))) throw error;
    const { document, origin } = await readPlain(proof, context);
    const message = error instanceof Error ? error.message : String(error);
    const code = isUnknown ? 'signer-unknown' : 'proof-unreachable';
    origin.warnings.push({ code, message });
    return { document: { ...document, text: peekSignedText(document.text) }, origin };
  }
}

/** The media types to request a list with: registries send manifests only to clients that accept their types. */
function acceptedFor({ dialect }: ChecksumsProof): string | undefined {
  return dialect === 'oci-manifest' ? manifestTypes : undefined;
}
