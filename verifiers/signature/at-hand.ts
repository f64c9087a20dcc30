import {
  type DocumentToVerify,
  defined,
  refuseSignature,
  type SignedDocument,
  UsageError,
} from '../../src/kit.ts';
import { type KeyForm, openKeyRing } from '../shared/key-ring.ts';
import { type KeysByForm, sortKeys } from './key-forms.ts';

/**
 * Checks a document in memory. The keys of the caller choose the form of the signature, never the bytes alone: a bundle
 * counts only for an identity and issuer, every other form only for keys of that form.
 */
export async function verifyAtHand(subject: DocumentToVerify): Promise<SignedDocument> {
  const keys = sortKeys(subject.keys);
  const { identity, issuer } = subject;
  if (identity === undefined && issuer === undefined) return await verifyKeyed(subject, keys);
  if (identity === undefined || issuer === undefined) {
    throw unusable('identity', 'an identity needs its issuer, and an issuer its identity');
  }
  return await verifyBundled(subject, keys, { identity, issuer });
}

async function verifyKeyed(
  { document, signature, now, name }: DocumentToVerify,
  keys: KeysByForm,
): Promise<SignedDocument> {
  if (keys.sigstore.length > 0) {
    throw unusable('keys', 'a trusted root of Sigstore needs an identity and an issuer');
  }
  const form = findForm(document, signature, keys, name);
  const ring = await openKeyRing(form, keys[form]);
  if (ring.fingerprints.length === 0) {
    throw refuseSignature('key-unusable', `there is no ${form} key among the given keys`, {
      hint: 'Give the public key that the vendor publishes: --key FILE.',
      known: [...ring.notes],
    });
  }
  const policy = { now, name };
  if (signature === undefined) return toSigned(ring.verifyInline(document, policy));
  return toSigned({ ...ring.verifyDetached(document, signature, policy), body: document });
}

/** The form of the bytes, if the keys allow it. */
function findForm(
  document: Uint8Array,
  signature: Uint8Array | undefined,
  keys: KeysByForm,
  name: string,
): KeyForm {
  const head = Buffer.from((signature ?? document).subarray(0, 4096)).toString('latin1');
  const hasLines = head.startsWith('untrusted comment:');
  if (signature === undefined) {
    if (/^-----BEGIN PGP SIGNED MESSAGE-----/m.test(head)) return 'openpgp';
    if (hasLines) return 'signify';
    throw refuseSignature('signature-missing', `${name} has no signature in it`, {
      hint: 'Give the file with its signature: --signature FILE.',
    });
  }
  // A minisign signature that was cut to its first two lines looks like a signify signature.
  if (hasLines && keys.minisign.length === 0) return 'signify';
  if (hasLines && keys.signify.length === 0) return 'minisign';
  if (hasLines) return /\ntrusted comment:/.test(head) ? 'minisign' : 'signify';
  const isPacket = ((signature[0] ?? 0) & 0x80) !== 0;
  if (isPacket || head.includes('-----BEGIN PGP SIGNATURE-----')) return 'openpgp';
  if (/^\s*\{/.test(head)) {
    throw refuseSignature(
      'key-unusable',
      `${name} is signed by a Sigstore bundle, and keys cannot check bundles`,
      {
        hint: 'Name the signer: --identity and --issuer, or the options identity and issuer; without keys.',
      },
    );
  }
  throw refuseSignature('malformed', `the signature of ${name} has an unknown form`, {
    hint: 'Give a signature of OpenPGP, signify or minisign, or a Sigstore bundle.',
  });
}

async function verifyBundled(
  { document, signature, now, name }: DocumentToVerify,
  { sigstore: roots, ...keys }: KeysByForm,
  who: { identity: string; issuer: string },
): Promise<SignedDocument> {
  if (Object.values(keys).some((ofForm) => ofForm.length > 0)) {
    throw unusable('keys', 'both keys and an identity are given, and keys cannot check a bundle');
  }
  if (signature === undefined) {
    throw refuseSignature('signature-missing', `the bundle of ${name} was not given`, {
      hint: 'Give the file with the bundle: --signature FILE.',
    });
  }
  const { verifyBundle } = await import('../sigstore/index.ts');
  const policy = { ...who, now, name, trustedRoot: roots[0] };
  return toSigned({ ...(await verifyBundle(document, signature, policy)), body: document });
}

function unusable(field: string, message: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint: 'Give keys (--key) or, for a Sigstore bundle, both identity and issuer (--identity, --issuer).',
    details: { field },
  });
}

function toSigned({ body, signer, signedAt, warnings }: SignedDocument): SignedDocument {
  return { body, signer, ...defined({ signedAt }), warnings };
}
