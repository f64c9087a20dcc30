import {
  type DocumentToVerify,
  defined,
  refuseSignature,
  type SignedDocument,
} from '../../src/kit.ts';
import { type KeyForm, openKeyRing } from '../shared/key-ring.ts';

/** Checks a document that is at hand; the form of its signature is told from the bytes, never from a name. */
export async function verifyAtHand(subject: DocumentToVerify): Promise<SignedDocument> {
  const { document, signature, keys, now, name } = subject;
  const form = recogniseForm(document, signature);
  if (form === undefined) {
    throw signature === undefined
      ? refuseSignature('signature-missing', `${name} carries no signature`, {
          hint: 'Give the file with its signature: --signature FILE.',
        })
      : refuseSignature('malformed', `the signature of ${name} is of no known form`, {
          hint: 'OpenPGP, signify, minisign and Sigstore bundles are known.',
        });
  }
  if (form === 'sigstore') return await verifyBundled(subject);
  const ring = await openKeyRing(form, keys);
  if (ring.fingerprints.length === 0) {
    throw refuseSignature('key-unusable', `no ${form} key among those that were given`, {
      hint: 'Give the public key that the vendor publishes: --key FILE.',
      known: [...ring.notes],
    });
  }
  const policy = { now, name };
  if (signature === undefined) return toSigned(ring.verifyInline(document, policy));
  return toSigned({ ...ring.verifyDetached(document, signature, policy), body: document });
}

function recogniseForm(
  document: Uint8Array,
  signature: Uint8Array | undefined,
): KeyForm | 'sigstore' | undefined {
  const head = startOf(signature ?? document);
  if (signature === undefined) {
    if (/^-----BEGIN PGP SIGNED MESSAGE-----/m.test(head)) return 'openpgp';
    return head.startsWith('untrusted comment:') ? 'signify' : undefined;
  }
  if (head.startsWith('untrusted comment:')) {
    return /\ntrusted comment:/.test(head) ? 'minisign' : 'signify';
  }
  if (/^\s*\{/.test(head)) return 'sigstore';
  const isPacket = ((signature[0] ?? 0) & 0x80) !== 0;
  return isPacket || head.includes('-----BEGIN PGP SIGNATURE-----') ? 'openpgp' : undefined;
}

function startOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
}

async function verifyBundled(subject: DocumentToVerify): Promise<SignedDocument> {
  const { verifyBundle } = await import('../sigstore/index.ts');
  const { document, signature = new Uint8Array(0), keys, now, name } = subject;
  const trustedRoot = keys.find((key) => /^\s*\{/.test(startOf(key)));
  const verdict = await verifyBundle(document, signature, {
    now,
    name,
    trustedRoot,
  });
  return toSigned({ ...verdict, body: document });
}

function toSigned({ body, signer, signedAt, warnings }: SignedDocument): SignedDocument {
  return { body, signer, ...defined({ signedAt }), warnings };
}
