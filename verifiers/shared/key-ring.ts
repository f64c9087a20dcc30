import { refuseSignature } from '../../src/kit.ts';
import type { DetachedCheck, SignerPolicy, Verdict } from './verdict.ts';

/** Keys of one form, ready to check signatures of that form; every check throws the errors of `refuseSignature`. */
export interface KeyRing {
  /** The fingerprints of the keys in the material, in the form of `KeySource`. */
  readonly fingerprints: readonly string[];
  /** The reasons why parts of the material could not be read. */
  readonly notes: readonly string[];
  verifyDetached(document: Uint8Array, signature: Uint8Array, policy: SignerPolicy): Verdict;
  /** For a document with an inline signature; `body` is the signed text. */
  verifyInline(document: Uint8Array, policy: SignerPolicy): Verdict & { body: Uint8Array };
  /** For a body too long to hold. */
  openDetached(signature: Uint8Array, policy: SignerPolicy): DetachedCheck;
}

export type KeyForm = 'openpgp' | 'signify' | 'minisign';

/** Reads key material of a form; the code of the form is loaded on demand. */
export async function openKeyRing(
  form: KeyForm,
  materials: readonly (Uint8Array | string)[],
): Promise<KeyRing> {
  switch (form) {
    case 'openpgp':
      return openOpenpgpRing(materials);
    case 'signify':
      return openSignifyRing(materials);
    case 'minisign':
      return openMinisignRing(materials);
  }
}

async function openOpenpgpRing(materials: readonly (Uint8Array | string)[]): Promise<KeyRing> {
  const { openDetached, readKeys, verifyClearsigned, verifyDetached } = await import(
    '../openpgp/index.ts'
  );
  const { keys, notes } = gather(materials.map(readKeys));
  return {
    fingerprints: keys.map(({ fingerprint }) => fingerprint),
    notes,
    verifyDetached: (document, signature, policy) =>
      verifyDetached(document, signature, keys, policy),
    verifyInline: (document, policy) => verifyClearsigned(document, keys, policy),
    openDetached: (signature, policy) => openDetached(signature, keys, policy),
  };
}

async function openSignifyRing(materials: readonly (Uint8Array | string)[]): Promise<KeyRing> {
  const { openSignify, readSignifyKeys, verifyEmbedded, verifySignify } = await import(
    '../signify/index.ts'
  );
  const { keys, notes } = gather(materials.map(readSignifyKeys));
  return {
    fingerprints: keys.map(({ id }) => id),
    notes,
    verifyDetached: (document, signature, policy) =>
      verifySignify(document, signature, keys, policy),
    verifyInline: (document, policy) => verifyEmbedded(document, keys, policy),
    openDetached: (signature, policy) => openSignify(signature, keys, policy),
  };
}

async function openMinisignRing(materials: readonly (Uint8Array | string)[]): Promise<KeyRing> {
  const { openMinisign, readMinisignKeys, verifyMinisign } = await import('../minisign/index.ts');
  const { keys, notes } = gather(materials.map(readMinisignKeys));
  return {
    fingerprints: keys.map(({ id }) => id),
    notes,
    verifyDetached: (document, signature, policy) =>
      verifyMinisign(document, signature, keys, policy),
    verifyInline: (_, { name }) => {
      throw refuseSignature(
        'signature-missing',
        `${name}: minisign signatures stand in a file of their own`,
      );
    },
    openDetached: (signature, policy) => openMinisign(signature, keys, policy),
  };
}

function gather<Key>(read: readonly { keys: Key[]; notes: string[] }[]): {
  keys: Key[];
  notes: string[];
} {
  return {
    keys: read.flatMap(({ keys }) => keys),
    notes: read.flatMap(({ notes }) => notes),
  };
}
