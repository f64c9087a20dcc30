import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A new key that signs documents like a vendor's key; for tests only, never for published images. */
export interface OpenpgpSigner {
  /** Upper-case hex. */
  fingerprint: string;
  /** The public key, armored, for the option `keys`. */
  publicKey: string;
  /** An armored signature over these bytes. */
  signDetached(document: Uint8Array, signedAt?: Date): string;
  /** The text with its signature around it. */
  clearsign(text: string, signedAt?: Date): string;
}

const ed25519 = { algorithm: 22, oid: [0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01] };
const sha512 = 10;

/** Makes a version 4 Ed25519 key with one user id; its validity begins at `created`. */
export function createOpenpgpSigner(
  userId = 'Images of a test <images@example.org>',
  created: Date = new Date('2020-01-01T00:00:00Z'),
): OpenpgpSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const { algorithm, oid } = ed25519;
  const material = [algorithm, oid.length, ...oid, ...integer([0x40, ...point])];
  const body = Uint8Array.from([4, ...seconds(created), ...material]);
  const framed = Buffer.concat([
    Uint8Array.from([0x99, body.length >> 8, body.length & 255]),
    body,
  ]);
  const fingerprint = createHash('sha1').update(framed).digest();
  const key = { privateKey, fingerprint };

  const id = Buffer.from(userId);
  const named = Buffer.concat([framed, Uint8Array.of(0xb4), fourBytes(id.length), id]);
  const mayCertifyAndSign = subpacket(27, [3]);
  const certificate = signature(key, 0x13, named, created, mayCertifyAndSign);
  return {
    fingerprint: fingerprint.toString('hex').toUpperCase(),
    publicKey: armor('PUBLIC KEY BLOCK', [packet(6, body), packet(13, id), certificate]),
    signDetached: (document, signedAt = new Date()) =>
      armor('SIGNATURE', [signature(key, 0x00, document, signedAt)]),
    clearsign(text, signedAt = new Date()) {
      const lines = text.replace(/\n$/, '').split('\n');
      const canonical = lines.map((line) => line.replace(/[ \t\r]+$/, '')).join('\r\n');
      const escaped = lines.map((line) => (/^(-|From )/.test(line) ? `- ${line}` : line));
      const signed = armor('SIGNATURE', [signature(key, 0x01, Buffer.from(canonical), signedAt)]);
      return `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${escaped.join('\n')}\n${signed}`;
    },
  };
}

function signature(
  { privateKey, fingerprint }: { privateKey: KeyObject; fingerprint: Buffer },
  type: number,
  data: Uint8Array,
  signedAt: Date,
  more: number[] = [],
): Uint8Array {
  const hashed = [
    ...subpacket(2, seconds(signedAt)),
    ...subpacket(33, [4, ...fingerprint]),
    ...more,
  ];
  const head = [
    4,
    type,
    ed25519.algorithm,
    sha512,
    hashed.length >> 8,
    hashed.length & 255,
    ...hashed,
  ];
  const trailer = [4, 0xff, ...fourBytes(head.length)];
  const digest = createHash('sha512')
    .update(data)
    .update(Uint8Array.from([...head, ...trailer]))
    .digest();
  const made = sign(null, digest, privateKey);
  const issuer = subpacket(16, [...fingerprint.subarray(-8)]);
  const values = [...integer([...made.subarray(0, 32)]), ...integer([...made.subarray(32)])];
  const rest = [
    issuer.length >> 8,
    issuer.length & 255,
    ...issuer,
    ...digest.subarray(0, 2),
    ...values,
  ];
  return packet(2, Uint8Array.from([...head, ...rest]));
}

function packet(tag: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(0xc0 | tag, 0xff), fourBytes(body.length), body]);
}

function subpacket(type: number, body: number[]): number[] {
  return [body.length + 1, type, ...body];
}

/** A multiprecision integer: its length in bits, then its bytes without leading zeros. */
function integer(bytes: number[]): number[] {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? [] : bytes.slice(start);
  const bits = digits.length === 0 ? 0 : digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24;
  return [bits >> 8, bits & 255, ...digits];
}

function seconds(time: Date): number[] {
  return [...fourBytes(Math.floor(time.getTime() / 1000))];
}

function fourBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function armor(kind: string, packets: Uint8Array[]): string {
  const bytes = Buffer.concat(packets);
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  const sum = Buffer.from(crc24(bytes).toString(16).padStart(6, '0'), 'hex').toString('base64');
  return `-----BEGIN PGP ${kind}-----\n\n${lines.join('\n')}\n=${sum}\n-----END PGP ${kind}-----\n`;
}

/** Optional since RFC 9580, but older readers require it. */
function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
  }
  return crc & 0xffffff;
}
