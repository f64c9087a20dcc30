import {
  defineVerifier,
  type Evidence,
  IntegrityError,
  parseChecksums,
  pickChecksum,
  publicUrl,
  type Verifier,
} from '../src/kit.ts';
import { fetchDocument } from './shared/document.ts';
import { fetchProved } from './shared/proved-document.ts';

/** The digest of one exact name in a list or sidecar, as good as the proof of the list itself. */
export const checksums: Verifier<'checksums'> = defineVerifier({
  kind: 'checksums',
  async prove(proof, context): Promise<Evidence> {
    const from = publicUrl(proof.url);
    if (proof.signature !== undefined) {
      // Reading the list without its signature would pass off a checksum for what the vendor signs.
      throw new IntegrityError({
        code: 'ERR_SIGNATURE',
        message: `${from} is signed (${proof.signature.form}), and no verifier for it is at hand`,
        hint: 'Give the expected digest yourself.',
        details: { url: from, reason: 'unsupported' },
      });
    }
    const { document, origin } =
      proof.via === undefined
        ? { document: await fetchDocument(proof.url, context), origin: undefined }
        : await fetchProved(proof.url, proof.via, context);
    const list = parseChecksums(document.text, { dialect: proof.dialect, from });
    const picked = pickChecksum(list, proof.name ?? context.fileName, from);
    return {
      ...picked,
      level: origin?.level ?? 'checksum',
      ...(origin?.signer === undefined ? {} : { signer: origin.signer }),
      ...(origin?.signedAt === undefined ? {} : { signedAt: origin.signedAt }),
      documents: [...(origin?.documents ?? []), document.evidence],
      warnings: [...(origin?.warnings ?? []), ...document.warnings],
    };
  },
});
