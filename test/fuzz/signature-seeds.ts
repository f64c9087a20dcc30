import { makeArmor, makeClearsigned } from '../verifiers/openpgp/make/document.ts';
import { makeDirectSignature, makeKey, makeSubkey } from '../verifiers/openpgp/make/key.ts';
import { born, type KeyPair, makeKeyPair } from '../verifiers/openpgp/make/key-pair.ts';
import { join, makeSubpacket, sub } from '../verifiers/openpgp/make/packet.ts';
import { makeSignature, type SignOptions, signedAt } from '../verifiers/openpgp/make/signature.ts';

/** A document with its signature and keys, all of which may be changed. */
export interface SignatureSeed {
  name: string;
  document: Buffer;
  /** The signed content, with line ends of LF if it is text. */
  signs: Buffer;
  /** Absent: clearsigned. */
  signature?: Buffer;
  keys: Buffer;
  /** Fingerprints of the primary keys that may sign. */
  signers: string[];
}

const text = '# sums\n-- 2024\n0123  disk.img\n4567  disk.qcow2  \n';
const document = Buffer.from(text);
const other = Buffer.from(text.replace('0123', '9999'));
const cleared = Buffer.from(`${text.replaceAll('  \n', '\n')}\n`);

/** Signatures of every kind, good ones and invalid ones. */
export function makeSignatureSeeds(): SignatureSeed[] {
  const pairs: [string, KeyPair, SignOptions][] = [
    ['eddsa', makeKeyPair(), {}],
    ['eddsa fingerprint', makeKeyPair(), { hash: 'sha512', hashed: [makeSubpacket(28, document)] }],
    ['ed25519 v6', makeKeyPair('ed25519', { version: 6 }), {}],
    ['rsa', makeKeyPair('rsa'), { hash: 'sha384' }],
    ['rsa v3', makeKeyPair('rsa', { created: born + 1 }), { version: 3 }],
    ['p-256', makeKeyPair('P-256'), {}],
    ['expired signature', makeKeyPair(), { hashed: [sub.expiresAfter(60)] }],
    ['critical', makeKeyPair(), { hashed: [makeSubpacket(100, document, true)] }],
    ['weak hash', makeKeyPair('rsa', { created: born + 2 }), { hash: 'sha1' }],
    ['future', makeKeyPair(), { created: signedAt + 1e9 }],
    ['too early', makeKeyPair(), { created: 1 }],
    ['certification', makeKeyPair(), { type: 0x13 }],
  ];
  return [
    ...pairs.flatMap(([name, pair, options]) => seedsOf(name, pair, options)),
    subkeySeed(),
    revokedSeed(),
    ...severalSeeds(),
  ];
}

function seedsOf(name: string, pair: KeyPair, options: SignOptions): SignatureSeed[] {
  const binary = makeKey(pair);
  const shared = { document, signs: document, keys: binary, signers: [pair.fingerprint] };
  const armored = Buffer.from(makeArmor('PUBLIC KEY BLOCK', binary));
  const signature = makeSignature(pair, document, options);
  const crlf = Buffer.from(text.replaceAll('\n', '\r\n'));
  const ofText = makeSignature(pair, crlf, { ...options, type: options.type ?? 1 });
  const clear = Buffer.from(makeClearsigned(text, [pair], options));
  return [
    { ...shared, name, signature },
    { ...shared, name: `${name}, text`, signature: ofText },
    { ...shared, name: `${name}, armored`, signature: toArmor(signature), keys: armored },
    { ...shared, name: `${name}, of another document`, signature, document: other },
    { ...shared, name: `${name}, clear`, document: clear, signs: cleared },
  ].map((seed) => {
    const { signature: own, ...rest } = { signature: undefined, ...seed };
    return own === undefined ? rest : { ...rest, signature: own };
  });
}

function subkeySeed(): SignatureSeed {
  const [pair, subpair] = [makeKeyPair(), makeKeyPair()];
  const keys = join(makeKey(pair), makeSubkey(pair, subpair));
  const signature = makeSignature(subpair, document);
  return {
    name: 'subkey',
    document,
    signs: document,
    signature,
    keys,
    signers: [pair.fingerprint],
  };
}

function revokedSeed(): SignatureSeed {
  const pair = makeKeyPair();
  const keys = makeKey(pair, { direct: [makeDirectSignature(pair, { type: 0x20 })] });
  const signature = makeSignature(pair, document);
  return {
    name: 'revoked',
    document,
    signs: document,
    signature,
    keys,
    signers: [pair.fingerprint],
  };
}

function severalSeeds(): SignatureSeed[] {
  const [one, two, stranger] = [makeKeyPair(), makeKeyPair('ed25519'), makeKeyPair()];
  const keys = join(makeKey(one), makeKey(two), makeKey(stranger));
  const signers = [one.fingerprint, two.fingerprint];
  const by = (pair: KeyPair): Buffer => makeSignature(pair, document);
  const clear = Buffer.from(makeClearsigned(text, [stranger, one, two]));
  return [
    { name: 'two', document, signs: document, signature: join(by(one), by(two)), keys, signers },
    { name: 'two and a stranger', document: clear, signs: cleared, keys, signers },
    {
      name: 'a stranger',
      document,
      signs: document,
      signature: toArmor(by(stranger)),
      keys,
      signers,
    },
  ];
}

function toArmor(signature: Uint8Array): Buffer {
  return Buffer.from(makeArmor('SIGNATURE', signature, { headers: ['Comment: made for a test'] }));
}
