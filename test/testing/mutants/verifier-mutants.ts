import { receipts } from '../../../examples/acme-vendor/src/receipts.ts';
import { verifierSample } from '../../../examples/acme-vendor/test/samples.ts';
import { type Evidence, isImageError, type ProofContext, type Verifier } from '../../../src/kit.ts';
import {
  checkVerifier,
  createOpenpgpSigner,
  type VerifierSample,
} from '../../../src/testing/index.ts';
import { signature } from '../../../verifiers/signature.ts';
import type { PartMutant } from './part-mutant.ts';

type Receipts = Verifier<'acme-receipt'>;

function giving(
  change: (evidence: Evidence, context: ProofContext) => Evidence | Promise<Evidence>,
): Receipts {
  return {
    ...receipts,
    prove: async (proof, context) => change(await receipts.prove(proof, context), context),
  };
}

/** Keeps the earlier evidence after an error that `when` selects. */
function believing(when: (error: unknown) => boolean): Receipts {
  const evidence: Evidence = {
    level: 'signed',
    digests: [...(verifierSample.digests ?? [])],
    documents: [],
    warnings: [],
  };
  return {
    ...receipts,
    prove: (proof, context) =>
      receipts.prove(proof, context).catch((error: unknown) => {
        if (when(error)) return evidence;
        throw error;
      }),
  };
}

let count = 0;
const broken: readonly [id: string, what: string, verifier: Receipts][] = [
  ['describes-itself', 'a kind of another proof', { ...receipts, kind: 'tls' as 'acme-receipt' }],
  ['proves', 'no digest', giving((evidence) => ({ ...evidence, digests: [] }))],
  ['proves', 'a lower level', giving((evidence) => ({ ...evidence, level: 'checksum' }))],
  ['sound-evidence', 'a size that is none', giving((one) => ({ ...one, sizeBytes: Number.NaN }))],
  [
    'sound-evidence',
    'a document with another digest',
    giving((one) => ({
      ...one,
      documents: one.documents.map((kept) => ({ ...kept, sha256: '' })),
    })),
  ],
  [
    'same-evidence',
    'a size that counts',
    giving((evidence) => {
      count += 1;
      return { ...evidence, sizeBytes: count };
    }),
  ],
  ['keeps-its-documents', 'nothing is kept', giving((one) => ({ ...one, documents: [] }))],
  [
    'no-image-byte',
    'the image is fetched',
    giving(async (evidence, { http, url }) => {
      await http.find(url);
      return evidence;
    }),
  ],
  ['refuses-pages', 'a page will do', believing((error) => isImageError(error, 'ERR_METADATA'))],
  [
    'refuses-absence',
    'absence will do',
    believing((error) => isImageError(error, 'ERR_HTTP_STATUS')),
  ],
  ['refuses-changes', 'a bad signature will do', believing(isImageError)],
  [
    'aborts',
    'an error of its own',
    {
      ...receipts,
      prove: (proof, context) =>
        receipts.prove(proof, context).catch((error: unknown) => {
          throw isImageError(error) ? error : new Error('failed');
        }),
    },
  ],
];

const signer = createOpenpgpSigner();
const image = new Uint8Array(3000).fill(9);
const url = 'https://images.example/disk';
const overImage: VerifierSample<'signature'> = {
  url,
  documents: { [`${url}.sig`]: signer.signDetached(image, new Date('2026-11-01')) },
  proof: {
    kind: 'signature',
    signature: {
      form: 'openpgp',
      at: new URL(`${url}.sig`),
      signers: [signer.fingerprint],
      keys: [{ fingerprint: signer.fingerprint, key: signer.publicKey }],
    },
  },
  level: 'signed',
  image,
};
/** Its check accepts all bytes. */
const unmoved: Verifier<'signature'> = {
  ...signature,
  async prove(proof, context) {
    const check = { update: () => {}, finish: async () => ({ warnings: [] }) };
    return { ...(await signature.prove(proof, context)), check };
  },
};

export const verifierMutants: readonly PartMutant[] = [
  ...broken.map(([id, what, verifier]) => ({
    id: `verifier/${id}`,
    what,
    cases: () => checkVerifier(verifier, verifierSample),
  })),
  {
    id: 'verifier/checks-the-image',
    what: 'any image will do',
    cases: () => checkVerifier(unmoved, overImage),
  },
];
