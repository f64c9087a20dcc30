import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  defineVerifier,
  type OwnProof,
  parseDigest,
  parseRecord,
  parseText,
  publicUrl,
  refuseSignature,
  type Verifier,
} from 'rootdisk/kit';

declare global {
  // With this declaration vendors may use this kind of proof.
  interface RootdiskProofs {
    'acme-receipt': ReceiptProof;
  }
}

/** A JSON document `{ file, sha256, signature }` beside the image, signed with Ed25519. */
export interface ReceiptProof extends OwnProof {
  kind: 'acme-receipt';
  receipt: URL;
  /** SPKI in base64. */
  publicKey: string;
}

/** The digest of a file, as reliable as the signature over it. */
export const receipts: Verifier<'acme-receipt'> = defineVerifier({
  kind: 'acme-receipt',
  async prove({ receipt, publicKey }, { http, fileName, signal }) {
    const document = await http.get(receipt, { signal });
    const from = publicUrl(receipt);
    const fields = parseRecord(document.json(), from);
    const file = parseText(fields['file'], `${from} file`);
    const digest = parseDigest(fields['sha256'], `${from} sha256`);
    const signature = Buffer.from(parseText(fields['signature'], `${from} signature`), 'base64');
    const der = Buffer.from(publicKey, 'base64');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    if (!verify(null, signedText(file, digest), key, signature)) {
      throw refuseSignature('signature-bad', `the signature of ${from} does not hold`);
    }
    // A server could answer with a valid receipt of another file.
    if (file !== fileName) {
      throw refuseSignature('signature-bad', `${from} is about ${file}, not ${fileName}`);
    }
    const { bytes, url } = document;
    return {
      level: 'signed',
      digests: [digest],
      signer: { fingerprint: sha256(der).toUpperCase() },
      documents: [{ url: url.href, sha256: sha256(bytes), bytes }],
      warnings: [],
    };
  },
});

/** The text that the signature covers. */
export function signedText(file: string, digest: string): Uint8Array {
  return new TextEncoder().encode(`${file}\n${digest}\n`);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
