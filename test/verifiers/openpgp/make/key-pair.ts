import { createHash, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { join, makeMpi, makePacket, time, uint16, uint32 } from './packet.ts';

export type KeyKind = 'rsa' | 'eddsa' | 'ed25519' | 'P-256' | 'P-384' | 'P-521';

/** A private key with its public key packet. */
export interface KeyPair {
  kind: KeyKind;
  version: 4 | 6;
  algorithm: number;
  created: number;
  private: KeyObject;
  body: Buffer;
  /** The body in its form for a hash. */
  hashed: Buffer;
  fingerprint: string;
  keyId: string;
}

export const born: number = time('2020-01-01T00:00:00Z');

const oids: Record<string, string> = {
  eddsa: '2b06010401da470f01',
  'P-256': '2a8648ce3d030107',
  'P-384': '2b81040022',
  'P-521': '2b81040023',
};
const algorithms: Record<KeyKind, number> = {
  rsa: 1,
  'P-256': 19,
  'P-384': 19,
  'P-521': 19,
  eddsa: 22,
  ed25519: 27,
};

/** Making RSA keys takes long, so a whole test file shares one. */
const rsaKeys = new Map<number, KeyObject>();

export function makeKeyPair(
  kind: KeyKind = 'eddsa',
  options: { version?: 4 | 6; created?: number; bits?: number; algorithm?: number } = {},
): KeyPair {
  const { version = 4, created = born, bits = 2048, algorithm = algorithms[kind] } = options;
  const key = generate(kind, bits);
  const material = makeMaterial(kind, key.export({ format: 'jwk' }));
  return { ...describe(version, created, algorithm, material), kind, private: key };
}

/** A packet with key material for which no private key exists. */
export function describe(
  version: 4 | 6,
  created: number,
  algorithm: number,
  material: Uint8Array,
): Omit<KeyPair, 'kind' | 'private'> {
  const head = join(Buffer.from([version]), uint32(created), Buffer.from([algorithm]));
  const body = join(head, version === 6 ? uint32(material.length) : Buffer.alloc(0), material);
  const hashed =
    version === 4
      ? join(Buffer.from([0x99]), uint16(body.length), body)
      : join(Buffer.from([0x9b]), uint32(body.length), body);
  const fingerprint = createHash(version === 4 ? 'sha1' : 'sha256')
    .update(hashed)
    .digest('hex')
    .toUpperCase();
  const keyId = version === 4 ? fingerprint.slice(-16) : fingerprint.slice(0, 16);
  return { version, algorithm, created, body, hashed, fingerprint, keyId };
}

export const primaryPacket = (pair: { body: Uint8Array }): Buffer => makePacket(6, pair.body);
export const subkeyPacket = (pair: { body: Uint8Array }): Buffer => makePacket(14, pair.body);

function generate(kind: KeyKind, bits: number): KeyObject {
  if (kind === 'rsa') {
    const known = rsaKeys.get(bits);
    const key = known ?? generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
    rsaKeys.set(bits, key);
    return key;
  }
  if (kind === 'eddsa' || kind === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  return generateKeyPairSync('ec', { namedCurve: kind }).privateKey;
}

function makeMaterial(kind: KeyKind, jwk: JsonWebKey): Buffer {
  const field = (name: 'n' | 'e' | 'x' | 'y'): Buffer => Buffer.from(jwk[name] ?? '', 'base64url');
  const oid = Buffer.from(oids[kind] ?? '', 'hex');
  switch (kind) {
    case 'rsa':
      return join(makeMpi(field('n')), makeMpi(field('e')));
    case 'ed25519':
      return field('x');
    case 'eddsa':
      return join(Buffer.from([oid.length]), oid, makeMpi(join(Buffer.from([0x40]), field('x'))));
    default: {
      const point = join(Buffer.from([4]), field('x'), field('y'));
      return join(Buffer.from([oid.length]), oid, makeMpi(point));
    }
  }
}
