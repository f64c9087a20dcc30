import {
  type Evidence,
  type ProofContext,
  refuseSignature,
  type Signature,
  type SignatureProof,
} from '../../src/kit.ts';
import { checkWithKeys, explainUnknown, type KeyedSignature } from '../shared/collect-keys.ts';
import { fetchDemanded, fetchSigned } from '../shared/signed-document.ts';

/** A signature over the image, or over another document, which proves nothing about the image. */
export async function proveSignature(
  { signature, of }: SignatureProof,
  context: ProofContext,
): Promise<Evidence> {
  if (of !== undefined) return await proveDocument(of, signature, context);
  const { form } = signature;
  if (form !== 'sigstore' && form !== 'cosign') return await proveStream(signature, context);
  throw refuseSignature(
    'unsupported',
    `${context.fileName}: a Sigstore bundle over an image is not supported`,
    {
      hint: 'Report to the author of the vendor: the bundle must be over a list of digests.',
    },
  );
}

/** The signature does not cover the image, so its signer is not recorded as the image's signer. */
async function proveDocument(
  of: URL,
  signature: Signature,
  context: ProofContext,
): Promise<Evidence> {
  const { documents, warnings } = (await fetchSigned(of, signature, context)).origin;
  return { level: 'none', digests: [], documents, warnings };
}

async function proveStream(signature: KeyedSignature, context: ProofContext): Promise<Evidence> {
  if (signature.at === 'inline') {
    throw refuseSignature(
      'unsupported',
      `${context.fileName}: an image cannot hold its own signature`,
      {
        hint: 'Report to the author of the vendor: the signature must be a file of its own.',
      },
    );
  }
  const { evidence, warnings } = await fetchDemanded(signature.at, context, {});
  const { checked, keys } = await checkWithKeys(signature, context, ({ ring, signers }) =>
    ring.openDetached(evidence.bytes, { signers, now: context.now, name: context.fileName }),
  );
  return {
    level: 'signed',
    digests: [],
    documents: [evidence, ...keys.documents],
    warnings: [...warnings, ...keys.warnings],
    check: {
      update: (chunk) => checked.update(chunk),
      async finish() {
        try {
          const verdict = checked.finish();
          return { ...verdict, signer: keys.tellOrigin(verdict.signer) };
        } catch (error) {
          throw explainUnknown(error, keys, context);
        }
      },
    },
  };
}
