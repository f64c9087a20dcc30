import { createHash } from 'node:crypto';

/** A version 4 key as bytes: its signatures are not valid, but a reader that only lists keys does not check them. */
export interface MadeKey {
  userId: string;
  /** Distinguishes keys of one name. */
  seed: number;
  created: Date;
  /** Of the self-signature. */
  renewed?: Date;
  expires?: Date;
  subkeys?: { seed: number; created: Date; expires?: Date; revoked?: boolean }[];
  revoked?: boolean;
}

/** A binary keyring, as a Debian package ships it. */
export function makeKeyring(keys: readonly MadeKey[]): Buffer {
  return Buffer.concat(keys.map(makeKey));
}

/** The same keys in armor. */
export function armorKeys(keys: readonly MadeKey[]): string {
  return keys
    .map((key) => {
      const text = makeKey(key).toString('base64').replace(/.{64}/g, '$&\n');
      return `-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: made up\n\n${text}\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n`;
    })
    .join('some text\n');
}

/** The public key file of signify for a key number of eight bytes. */
export function makeSignifyKey(comment: string, keyNumber: string): string {
  const bytes = Buffer.concat([
    Buffer.from('Ed'),
    Buffer.from(keyNumber, 'hex'),
    Buffer.alloc(32, 7),
  ]);
  return `untrusted comment: ${comment}\n${bytes.toString('base64')}\n`;
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

function makeKey(key: MadeKey): Buffer {
  const primary = keyBody(key.seed, key.created);
  const self = { created: key.renewed ?? key.created, key: primary };
  return Buffer.concat([
    packet(6, primary),
    ...(key.revoked ? [packet(2, signature({ ...self, type: 0x20 }))] : []),
    packet(13, Buffer.from(key.userId)),
    // A certification by another key does not set the key's expiry.
    packet(2, signature({ ...self, type: 0x10, lifetime: 1, issuer: 'AAAAAAAAAAAAAAAA' })),
    packet(2, signature({ ...self, type: 0x13, flags: 3, ...lifetime(key.created, key.expires) })),
    // GnuPG stores its own notes in keyrings.
    packet(12, Buffer.from([6, 0])),
    ...(key.subkeys ?? []).flatMap((subkey) => {
      const end = lifetime(subkey.created, subkey.expires);
      const binding = { created: subkey.created, key: primary, type: 0x18, flags: 2, ...end };
      return [
        packet(14, keyBody(subkey.seed, subkey.created)),
        packet(2, signature(binding)),
        ...(subkey.revoked ? [packet(2, signature({ ...binding, type: 0x28 }))] : []),
      ];
    }),
  ]);
}

function lifetime(created: Date, expires: Date | undefined): { lifetime?: number } {
  return expires === undefined ? {} : { lifetime: seconds(expires) - seconds(created) };
}

function keyBody(seed: number, created: Date): Buffer {
  const head = Buffer.alloc(6);
  head[0] = 4;
  head.writeUInt32BE(seconds(created), 1);
  head[5] = 1;
  return Buffer.concat([head, mpi(Buffer.alloc(256, 0x80 | seed)), mpi(Buffer.from([1, 0, 1]))]);
}

function mpi(value: Buffer): Buffer {
  const bits = value.length * 8 - Math.clz32(value[0] ?? 0) + 24;
  return Buffer.concat([Buffer.from([bits >> 8, bits & 255]), value]);
}

interface MadeSignature {
  type: number;
  created: Date;
  key: Buffer;
  flags?: number;
  lifetime?: number;
  issuer?: string;
}

function signature({ type, created, key, flags, lifetime: end, issuer }: MadeSignature): Buffer {
  const hashed = Buffer.concat([
    subpacket(2, number32(seconds(created))),
    ...(end === undefined ? [] : [subpacket(9, number32(end))]),
    ...(flags === undefined ? [] : [subpacket(27, Buffer.from([flags]))]),
  ]);
  const by = issuer ?? fingerprintOf(key).slice(-16);
  const unhashed = subpacket(16, Buffer.from(by, 'hex'));
  return Buffer.concat([
    Buffer.from([4, type, 1, 8, 0, hashed.length]),
    hashed,
    Buffer.from([0, unhashed.length]),
    unhashed,
    Buffer.from([0, 0]),
    mpi(Buffer.alloc(256, 0x81)),
  ]);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function subpacket(type: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([value.length + 1, type]), value]);
}

/** An old header for odd tags and a new one for even ones, so that both are tested. */
function packet(tag: number, body: Buffer): Buffer {
  const high = body.length >> 8;
  const head =
    tag % 2 === 1
      ? [0x80 | (tag << 2) | 1, high, body.length & 255]
      : [0xc0 | tag, 255, 0, 0, high, body.length & 255];
  return Buffer.concat([Buffer.from(head), body]);
}

/** The fingerprint of a key of this file. */
export function fingerprintOfKey({ seed, created }: { seed: number; created: Date }): string {
  return fingerprintOf(keyBody(seed, created));
}

function fingerprintOf(body: Buffer): string {
  return createHash('sha1')
    .update(Buffer.from([0x99, body.length >> 8, body.length & 255]))
    .update(body)
    .digest('hex')
    .toUpperCase();
}
