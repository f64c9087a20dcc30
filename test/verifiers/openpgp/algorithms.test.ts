import { constants, createPublicKey, privateEncrypt, publicDecrypt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readKeys, verifyDetached } from '../../../verifiers/openpgp/index.ts';
import { makeKey } from './make/key.ts';
import {
  describe as describeKey,
  type KeyKind,
  makeKeyPair,
  primaryPacket,
} from './make/key-pair.ts';
import { join, makeMpi, uint16 } from './make/packet.ts';
import { makeSignature, type SignOptions, signedAt } from './make/signature.ts';
import { document, policy, refusalOf, tryDetached, word } from './outcome.ts';

const born = signedAt - 1000;
const hashes = ['sha256', 'sha384', 'sha512'] as const;
const kinds: [KeyKind, 3 | 4 | 6][] = [
  ['rsa', 3],
  ['rsa', 4],
  ['rsa', 6],
  ['eddsa', 4],
  ['ed25519', 4],
  ['ed25519', 6],
  ['P-256', 4],
  ['P-384', 4],
  ['P-521', 4],
  ['P-256', 6],
];

describe.each(kinds)('%s, signature version %i', (kind, version) => {
  const pair = makeKeyPair(kind, { version: version === 6 ? 6 : 4 });
  const key = makeKey(pair);
  const sign = (options: SignOptions): Buffer =>
    makeSignature(pair, document, { version, ...options });

  test.each(hashes)('%s', (hash) => {
    const verdict = tryDetached(sign({ hash }), key);
    expect(verdict).toMatchObject({ hash, version, signer: { fingerprint: pair.fingerprint } });
  });

  test('other bytes: bad', () => {
    const other = Buffer.concat([document, Buffer.from('x')]);
    expect(word(tryDetached(sign({}), key, { document: other }))).toBe('signature-bad');
    expect(word(tryDetached(sign({}), key, { document: document.subarray(1) }))).toBe(
      'signature-bad',
    );
  });

  test('another key of that name: bad', () => {
    const forger = { ...makeKeyPair(kind === 'rsa' ? 'P-256' : kind), keyId: pair.keyId };
    const forged = makeSignature(forger, document, { version: version === 3 ? 4 : version });
    expect(word(tryDetached(forged, key))).toBe('signature-bad');
  });

  test.each([
    ['its last octet', (values: Buffer) => flip(values, values.length - 1)],
    ['an octet in the middle', (values: Buffer) => flip(values, values.length >> 1)],
    ['zeros', (values: Buffer) => Buffer.from(values).fill(0, 2)],
    ['all ones', (values: Buffer) => Buffer.from(values).fill(255, 2)],
    ['nothing', () => Buffer.alloc(0)],
    ['cut', (values: Buffer) => values.subarray(0, -1)],
    ['too long', (values: Buffer) => join(values, Buffer.from([0]))],
  ])('a changed value, %s: bad', (_, values) => {
    expect(word(tryDetached(sign({ values }), key))).toBe('signature-bad');
  });

  test('first octets of the digest that do not agree: bad', () => {
    const digestStart = (start: Buffer): Buffer => flip(start, 1);
    expect(word(tryDetached(sign({ digestStart }), key))).toBe('signature-bad');
  });

  test.each([
    ['sha1', 2],
    ['md5', 1],
    ['ripemd160', 3],
    ['sha224', 11],
  ] as const)('%s: weak-hash', (hash, hashId) => {
    const signature = sign(version === 6 ? { says: { hashId } } : { hash });
    expect(word(tryDetached(signature, key))).toBe('weak-hash');
  });

  test('an unknown hash: unsupported', () => {
    expect(word(tryDetached(sign({ says: { hashId: 12 } }), key))).toBe('unsupported');
  });

  test('another algorithm in the packet: bad', () => {
    const keyAlgorithm = kind === 'rsa' ? 3 : 1;
    expect(word(tryDetached(sign({ says: { keyAlgorithm } }), key))).toBe('signature-bad');
  });
});

describe('versions that do not match: bad', () => {
  test.each([
    ['a version 4 key, version 6 signature', 4, 6],
    ['a version 6 key, version 4 signature', 6, 4],
  ] as const)('%s', (_, keyVersion, version) => {
    const pair = makeKeyPair('ed25519', { version: keyVersion });
    const signature = makeSignature(pair, document, { version });
    expect(word(tryDetached(signature, makeKey(pair)))).toBe('signature-bad');
  });

  test('a version 3 signature of another algorithm than RSA', () => {
    const pair = makeKeyPair('eddsa');
    expect(word(tryDetached(makeSignature(pair, document, { version: 3 }), makeKey(pair)))).toBe(
      'signature-bad',
    );
  });

  test.each([[0], [15], [17], [32]])('a version 6 salt of %i octets for SHA-256', (length) => {
    const pair = makeKeyPair('ed25519', { version: 6 });
    const signature = makeSignature(pair, document, { salt: Buffer.alloc(length, 3) });
    expect(word(tryDetached(signature, makeKey(pair)))).toBe('signature-bad');
  });

  test('the salt is hashed', () => {
    const pair = makeKeyPair('ed25519', { version: 6 });
    const signature = makeSignature(pair, document);
    const at = signature.lastIndexOf(Buffer.alloc(16, 7));
    expect(word(tryDetached(flip(signature, at), makeKey(pair)))).toBe('signature-bad');
  });
});

describe('integers', () => {
  // Both values of EdDSA as 256 bits, whatever their first bits are; some writers do this.
  const plain = (values: Buffer): Buffer => {
    const first = (values.readUInt16BE() + 7) >> 3;
    const pad = (bytes: Buffer): Buffer => join(Buffer.alloc(32 - bytes.length), bytes);
    const [r, s] = [values.subarray(2, 2 + first), values.subarray(4 + first)];
    return join(uint16(256), pad(r), uint16(256), pad(s));
  };
  test('may count leading zero bits in version 4', () => {
    const pair = makeKeyPair('eddsa');
    expect(word(tryDetached(makeSignature(pair, document, { values: plain }), makeKey(pair)))).toBe(
      'valid',
    );
  });
  test('must be exact in version 6', () => {
    const pair = makeKeyPair('P-256', { version: 6 });
    const values = (value: Buffer): Buffer =>
      join(uint16(value.readUInt16BE() + 1), value.subarray(2));
    const wider = (value: Buffer): Buffer => {
      const bits = value.readUInt16BE();
      // One more bit without one more byte, or a byte of zeros at the start.
      return bits % 8 === 0
        ? join(uint16(bits + 8), Buffer.from([0]), value.subarray(2))
        : values(value);
    };
    expect(word(tryDetached(makeSignature(pair, document, { values: wider }), makeKey(pair)))).toBe(
      'signature-bad',
    );
  });
  test('too long for the modulus: bad', () => {
    const pair = makeKeyPair('rsa');
    const values = (): Buffer => makeMpi(Buffer.alloc(257, 1));
    expect(word(tryDetached(makeSignature(pair, document, { values }), makeKey(pair)))).toBe(
      'signature-bad',
    );
  });
});

test('an RSA value that is not below the modulus is bad, even if it is right modulo the modulus', () => {
  const pair = makeKeyPair('rsa');
  const { n = '' } = createPublicKey(pair.private).export({ format: 'jwk' });
  const modulus = BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);
  const values = (value: Buffer): Buffer => {
    const sum = BigInt(`0x${value.subarray(2).toString('hex')}`) + modulus;
    return makeMpi(Buffer.from(sum.toString(16).padStart(514, '0'), 'hex'));
  };
  expect(word(tryDetached(makeSignature(pair, document, { values }), makeKey(pair)))).toBe(
    'signature-bad',
  );
});

describe('the padding of RSA is compared as a whole', () => {
  const pair = makeKeyPair('rsa');
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const plain = { key: pair.private, padding: constants.RSA_NO_PADDING };
  /** The content of a signature, changed: a block of 256 bytes from one of 256. */
  const reencode = (build: (digest: Buffer, encoded: Buffer) => Buffer) => (values: Buffer) => {
    const value = join(Buffer.alloc(258 - values.length), values.subarray(2));
    const encoded = publicDecrypt({ ...plain, key: createPublicKey(pair.private) }, value);
    return makeMpi(privateEncrypt(plain, build(encoded.subarray(-32), encoded)));
  };
  const block = (type: number, fill: number, tail: Buffer): Buffer =>
    join(Buffer.from([0, type]), Buffer.alloc(253 - tail.length, fill), Buffer.from([0]), tail);

  test.each([
    ['unchanged', (_: Buffer, encoded: Buffer) => encoded, 'valid'],
    ['rebuilt', (digest: Buffer) => block(1, 255, join(info, digest)), 'valid'],
    ['no padding', (digest: Buffer) => join(Buffer.alloc(224), digest), 'signature-bad'],
    ['no digest info', (digest: Buffer) => block(1, 255, digest), 'signature-bad'],
    ['block type 2', (digest: Buffer) => block(2, 255, join(info, digest)), 'signature-bad'],
    ['other filling', (digest: Buffer) => block(1, 254, join(info, digest)), 'signature-bad'],
    [
      'digest info of SHA-1',
      (digest: Buffer) =>
        block(1, 255, join(Buffer.from('3021300906052b0e03021a05000420', 'hex'), digest)),
      'signature-bad',
    ],
    [
      'digest info without parameters',
      (digest: Buffer) =>
        block(1, 255, join(Buffer.from('302f300b0609608648016503040201' + '0420', 'hex'), digest)),
      'signature-bad',
    ],
    [
      'bytes after it',
      (digest: Buffer) =>
        join(
          Buffer.from('0001ffffffffffffffff00', 'hex'),
          info,
          digest,
          Buffer.alloc(256 - 11 - 19 - 32, 7),
        ),
      'signature-bad',
    ],
    [
      'bytes before it',
      (digest: Buffer) => block(1, 255, join(Buffer.alloc(20, 7), info, digest)),
      'signature-bad',
    ],
  ])('%s', (_, build, outcome) => {
    const signature = makeSignature(pair, document, { values: reencode(build) });
    expect(word(tryDetached(signature, makeKey(pair)))).toBe(outcome);
  });
});

describe('keys that are not usable', () => {
  const e = makeMpi(Buffer.from([1, 0, 1]));
  const modulus = (bits: number): Buffer => {
    const n = Buffer.alloc(Math.ceil(bits / 8), 0xff);
    n[0] = 0xff >> ((8 - (bits % 8)) % 8);
    return makeMpi(n);
  };
  const oid = (hex: string): Buffer => join(Buffer.from([hex.length / 2]), Buffer.from(hex, 'hex'));
  const point = (first: number, size: number): Buffer =>
    makeMpi(join(Buffer.from([first]), Buffer.alloc(size, 9)));
  const p256 = '2a8648ce3d030107';
  const ed25519 = '2b06010401da470f01';
  const unused: [string, number, Buffer, RegExp][] = [
    ['RSA of 1024 bits', 1, join(modulus(1024), e), /1024 bits/],
    ['RSA of 2047 bits', 1, join(modulus(2047), e), /2047 bits/],
    ['RSA of 4097 bits', 1, join(modulus(4097), e), /4097 bits/],
    ['RSA of 8192 bits', 1, join(modulus(8192), e), /8192 bits/],
    ['RSA with exponent 1', 1, join(modulus(2048), makeMpi(Buffer.from([1]))), /exponent/],
    ['RSA with an even exponent', 1, join(modulus(2048), makeMpi(Buffer.from([1, 0]))), /exponent/],
    [
      'RSA with an exponent of 33 bits',
      1,
      join(modulus(2048), makeMpi(Buffer.from([1, 0, 0, 0, 1]))),
      /exponent/,
    ],
    ['RSA for encryption', 2, join(modulus(2048), e), /algorithm 2/],
    ['DSA', 17, Buffer.alloc(50), /algorithm 17/],
    ['Ed448', 28, Buffer.alloc(57), /algorithm 28/],
    ['an unknown curve', 19, join(oid('2b2403030208010107'), point(4, 64)), /curve/],
    ['a compressed point', 19, join(oid(p256), point(2, 32)), /point/],
    ['a point of another form', 19, join(oid(p256), point(2, 64)), /point/],
    ['a point of the wrong length', 19, join(oid(p256), point(4, 63)), /point/],
    ['a point that is not native', 22, join(oid(ed25519), point(4, 32)), /point/],
    ['a native point of the wrong length', 22, join(oid(ed25519), point(0x40, 31)), /point/],
    ['EdDSA over another curve', 22, join(oid(p256), point(0x40, 32)), /curve/],
  ];
  test.each(unused)('%s', (_, algorithm, material, why) => {
    const pair = { ...makeKeyPair(), ...describeKey(4, born, algorithm, material) };
    const key = makeKey(pair);
    expect(word(tryDetached(makeSignature(pair, document), key))).toBe('key-unusable');
    expect(readKeys(key).notes.join()).toMatch(why);
    const verify = (): unknown =>
      verifyDetached(document, makeSignature(pair, document), readKeys(key).keys, policy);
    expect(refusalOf(verify).message).toMatch(why);
  });

  test('EdDSA legacy in version 6', () => {
    const pair = makeKeyPair('eddsa', { version: 6 });
    expect(word(tryDetached(makeSignature(pair, document), makeKey(pair)))).toBe('key-unusable');
  });

  test('a point off its curve', () => {
    const material = join(oid(p256), point(4, 64));
    const pair = { ...makeKeyPair('P-256'), ...describeKey(4, born, 19, material) };
    const key = makeKey(pair);
    expect(word(tryDetached(makeSignature(pair, document), key))).toBe('key-unusable');
  });

  test.each([2048, 4096])('RSA of %i bits is usable', (bits) => {
    const pair = describeKey(4, born, 1, join(modulus(bits), e));
    expect(readKeys(primaryPacket(pair)).notes).toEqual([]);
  });

  test('RSA for signing only is usable', () => {
    const pair = makeKeyPair('rsa', { algorithm: 3 });
    expect(word(tryDetached(makeSignature(pair, document), makeKey(pair)))).toBe('valid');
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
