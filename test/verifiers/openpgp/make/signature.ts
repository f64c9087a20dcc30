import { createHash, sign as signData } from 'node:crypto';
import type { KeyPair } from './key-pair.ts';
import { join, makeMpi, makePacket, sub, time, uint16, uint32 } from './packet.ts';

/** The default time of signatures, and the time of verification. */
export const signedAt: number = time('2024-06-01T00:00:00Z');
export const now: Date = new Date('2025-01-01T00:00:00Z');

export interface SignOptions {
  version?: 3 | 4 | 6;
  type?: number;
  hash?: keyof typeof hashIds;
  /** `undefined` leaves it out. */
  created?: number | undefined;
  /** Added to the time of creation. */
  hashed?: Uint8Array[];
  /** Instead of the issuer's key id. */
  unhashed?: Uint8Array[];
  salt?: Uint8Array;
  /** The content of the packet, independent of the real one. */
  says?: { keyAlgorithm?: number; hashId?: number };
  /** Changes the values after the digest's first octets. */
  values?: (values: Buffer) => Uint8Array;
  /** Changes the first octets of the digest. */
  digestStart?: (start: Buffer) => Uint8Array;
}

const hashIds = {
  md5: 1,
  sha1: 2,
  ripemd160: 3,
  sha256: 8,
  sha384: 9,
  sha512: 10,
  sha224: 11,
} as const;
const salts: Partial<Record<keyof typeof hashIds, number>> = { sha256: 16, sha384: 24, sha512: 32 };

/** The body of a signature packet over `content`, which is hashed unchanged. */
export function makeSignatureBody(
  key: KeyPair,
  content: Uint8Array,
  options: SignOptions = {},
): Buffer {
  const { version = key.version, type = 0, hash = 'sha256' } = options;
  const created = 'created' in options ? options.created : signedAt;
  const keyAlgorithm = options.says?.keyAlgorithm ?? key.algorithm;
  const algorithms = Buffer.from([keyAlgorithm, options.says?.hashId ?? hashIds[hash]]);
  const salt =
    version === 6 ? (options.salt ?? Buffer.alloc(salts[hash] ?? 0, 7)) : Buffer.alloc(0);
  const finish = (trailer: Uint8Array): [start: Uint8Array, values: Uint8Array] => {
    const data = join(salt, content, trailer);
    const start = createHash(hash).update(data).digest().subarray(0, 2);
    const values = makeValues(key, hash, data);
    return [options.digestStart?.(start) ?? start, options.values?.(values) ?? values];
  };
  if (version === 3) {
    const covered = join(Buffer.from([type]), uint32(created ?? 0));
    const head = join(Buffer.from([3, 5]), covered, Buffer.from(key.keyId, 'hex'), algorithms);
    return join(head, ...finish(covered));
  }
  const length = version === 4 ? uint16 : uint32;
  const hashed = join(
    ...(created === undefined ? [] : [sub.created(created)]),
    ...(options.hashed ?? []),
  );
  const unhashed = join(...(options.unhashed ?? [sub.keyId(key.keyId)]));
  const covered = join(Buffer.from([version, type]), algorithms, length(hashed.length), hashed);
  const trailer = join(covered, Buffer.from([version, 0xff]), uint32(covered.length));
  const [start, values] = finish(trailer);
  const saltField = version === 6 ? join(Buffer.from([salt.length]), salt) : salt;
  return join(covered, length(unhashed.length), unhashed, start, saltField, values);
}

export function makeSignature(
  key: KeyPair,
  content: Uint8Array,
  options: SignOptions = {},
): Buffer {
  return makePacket(2, makeSignatureBody(key, content, options));
}

function makeValues(key: KeyPair, hash: string, data: Uint8Array): Buffer {
  switch (key.kind) {
    case 'rsa':
      return makeMpi(signData(hash, data, key.private));
    case 'eddsa':
    case 'ed25519': {
      const value = signData(null, createHash(hash).update(data).digest(), key.private);
      return key.kind === 'ed25519' ? value : splitMpis(value);
    }
    default:
      return splitMpis(signData(hash, data, { key: key.private, dsaEncoding: 'ieee-p1363' }));
  }
}

function splitMpis(pair: Buffer): Buffer {
  const half = pair.length / 2;
  return join(makeMpi(pair.subarray(0, half)), makeMpi(pair.subarray(half)));
}
