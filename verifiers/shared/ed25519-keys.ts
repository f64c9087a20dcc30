import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/**
 * A public key of signify or minisign, which use the same encoding: two bytes of algorithm, a key number, an Ed25519
 * key.
 */
export interface Ed25519Key {
  /** Upper-case hex of the key number, in the byte order of the tool. */
  id: string;
  key: KeyObject;
}

/** 42 bytes in base64, the first two of them `Ed`. */
const encoded = /^RW[Q-T][A-Za-z0-9+/]{53}$/;
const maxMaterialBytes = 1024 * 1024;
/** The bytes before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410, section 4). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** Every key in the material, with or without its comment line; material without a key gives a note, never an error. */
export function readEd25519Keys(
  material: Uint8Array | string,
  formatId: (keyNumber: Uint8Array) => string,
): { keys: Ed25519Key[]; notes: string[] } {
  if (material.length > maxMaterialBytes) return { keys: [], notes: ['too long for a key file'] };
  const text = typeof material === 'string' ? material : Buffer.from(material).toString('latin1');
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => encoded.test(line)).map((line) => readKey(line, formatId));
  return { keys, notes: keys.length === 0 ? ['not a key of 42 bytes in base64'] : [] };
}

function readKey(line: string, formatId: (keyNumber: Uint8Array) => string): Ed25519Key {
  const bytes = Buffer.from(line, 'base64');
  const der = Buffer.concat([spkiPrefix, bytes.subarray(10)]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return { id: formatId(bytes.subarray(2, 10)), key };
}

/** The key among these that made the signature. */
export function findSigner(
  keys: readonly Ed25519Key[],
  message: Uint8Array,
  signature: Uint8Array,
): Ed25519Key | undefined {
  return keys.find(({ key }) => verify(null, message, key, signature));
}
