import { makeClearsigned } from '../make/document.ts';
import {
  flags,
  makeBinding,
  makeDirectSignature,
  makeKey,
  makeSelfSignature,
  makeSubkey,
} from '../make/key.ts';
import { born, makeKeyPair } from '../make/key-pair.ts';
import { join, makePacket, makeSubpacket, sub, time } from '../make/packet.ts';
import { makeSignature, type SignOptions, signedAt } from '../make/signature.ts';
import type { Signed } from './peers.ts';

/** A row of the published table. */
export interface DifferentialCase {
  title: string;
  signed: Signed;
  /** The reason for this module's answer, if another answers differently. */
  why?: string;
}

const text = 'first\n-- second\nthird';
const document = Buffer.from(text);
const future = time('2100-01-01T00:00:00Z');
const userId = 'Vendor <images@example.invalid>';
const [pair, subpair, stranger, rsa, rsaSubkey, six] = [
  makeKeyPair(),
  makeKeyPair(),
  makeKeyPair(),
  makeKeyPair('rsa'),
  makeKeyPair('rsa', { created: born + 1 }),
  makeKeyPair('ed25519', { version: 6 }),
];
const keys = makeKey(pair);
const rsaKeys = makeKey(rsa);
const good = makeSignature(pair, document);
const self = (options: SignOptions): Buffer =>
  makeKey(pair, { userId, self: makeSelfSignature(pair, userId, options) });
const withSubkey = (binding: Uint8Array): Buffer => join(keys, makeSubkey(pair, subpair, binding));
const bySubkey = makeSignature(subpair, document);
const ending = [sub.flags(flags.both), sub.keyExpiresAfter(time('2023-01-01T00:00:00Z') - born)];
const unhashed = [sub.fingerprint(six.fingerprint)];
const sixKeys = makeKey(six, {
  userId,
  self: makeSelfSignature(six, userId, { unhashed }),
  direct: [makeDirectSignature(six, { hashed: [sub.flags(flags.both)], unhashed })],
});
const cleartext = makeClearsigned(text, [pair], { checksum: 'right' });
// GnuPG's answer depends on the padding of the armor. About one signature in 128 is a byte shorter than the others,
// because leading zeros of a number are left out; only such a signature is padded.
const unchecked = [0, 1, 2, 3, 4, 5, 6, 7]
  .map((later) => makeClearsigned(text, [pair], { checksum: '', created: signedAt + later }))
  .find((armored) => !armored.includes('='));
const clear = (changed: string): Signed => ({ document: Buffer.from(changed), keys });
const detached = (signature: Uint8Array, ring: Uint8Array = keys): Signed => ({
  document,
  signature,
  keys: ring,
});
const signed = (options: SignOptions): Signed => detached(makeSignature(pair, document, options));

export const differentialCases: readonly DifferentialCase[] = [
  { title: 'EdDSA, SHA-256', signed: detached(good) },
  {
    title: 'RSA-2048, SHA-512',
    signed: detached(makeSignature(rsa, document, { hash: 'sha512' }), rsaKeys),
  },
  { title: 'another document', signed: { document: Buffer.from('x'), signature: good, keys } },
  {
    title: 'text, with line ends of another kind',
    signed: {
      document,
      signature: makeSignature(pair, Buffer.from(text.replaceAll('\n', '\r\n')), { type: 1 }),
      keys,
    },
  },
  {
    title: 'version 3 of the signature',
    signed: detached(makeSignature(rsa, document, { version: 3 }), rsaKeys),
    why: 'openSUSE signs its images with it today, and CentOS 7 and 8 did. It is accepted for RSA only and with a warning, because it names its signer by an 8-byte id only. The full fingerprint of the key that verifies it is compared.',
  },
  {
    title: 'version 6 of key and signature, Ed25519',
    signed: detached(makeSignature(six, document, { unhashed }), sixKeys),
    why: 'RFC 9580 defines it; GnuPG 2.2 does not read it.',
  },
  {
    title: 'SHA-1 in the signature',
    signed: detached(makeSignature(rsa, document, { hash: 'sha1' }), rsaKeys),
    why: 'Two documents with the same SHA-1 can be made. Ubuntu signed with it until 2023; such lists are refused as `weak-hash`.',
  },
  {
    title: 'MD5 in the signature',
    signed: detached(makeSignature(rsa, document, { hash: 'md5' }), rsaKeys),
  },
  {
    title: 'SHA-1 in the key’s signature over itself',
    signed: detached(
      makeSignature(rsa, document),
      makeKey(rsa, { userId, self: makeSelfSignature(rsa, userId, { hash: 'sha1' }) }),
    ),
    why: 'The key is known by its fingerprint, so that signature is only asked for the end and the use of the key. The key of Ubuntu’s cloud images has no other.',
  },
  {
    title: 'no signature of the key over itself',
    signed: detached(good, makePacket(6, pair.body)),
    why: 'Nothing says how long the key is good and what for, so nothing is allowed.',
  },
  {
    title: 'SHA-1 in the binding of the subkey',
    signed: detached(
      makeSignature(rsaSubkey, document),
      join(
        rsaKeys,
        makeSubkey(
          rsa,
          rsaSubkey,
          makeBinding(rsa, rsaSubkey, { hash: 'sha1', back: { hash: 'sha1' } }),
        ),
      ),
    ),
    why: 'The binding makes another key trusted, and a collision could forge it. A subkey can be allowed by its own fingerprint instead; cirros and the first key of AlmaLinux 8 need that.',
  },
  { title: 'a subkey', signed: detached(bySubkey, withSubkey(makeBinding(pair, subpair))) },
  {
    title: 'a subkey without a back-signature',
    signed: detached(bySubkey, withSubkey(makeBinding(pair, subpair, { back: false }))),
  },
  {
    title: 'a subkey that may only encrypt',
    signed: detached(
      bySubkey,
      withSubkey(makeBinding(pair, subpair, { hashed: [sub.flags(flags.encrypt)] })),
    ),
    why: 'What its owner did not make it for, it does not vouch for.',
  },
  {
    title: 'a primary key that may only certify',
    signed: detached(good, self({ hashed: [sub.flags(flags.certify)] })),
    why: 'What its owner did not make it for, it does not vouch for.',
  },
  {
    title: 'signed before the key expired',
    signed: detached(
      makeSignature(pair, document, { created: time('2022-01-01T00:00:00Z') }),
      self({ hashed: ending }),
    ),
  },
  {
    title: 'signed after the key expired',
    signed: detached(good, self({ hashed: ending })),
    why: 'The key had expired when it signed: `signer-expired`. The exit status of GnuPG does not show this.',
  },
  {
    title: 'the key’s own signature is younger than the document',
    signed: detached(good, self({ created: time('2025-06-01T00:00:00Z') })),
    why: 'Owners sign their keys again to move the expiry, and copies keep only the newest signature. FreeBSD 10.2 and openSUSE need this.',
  },
  {
    title: 'signed before the key was made',
    signed: signed({ created: born - 60 }),
    why: 'The time in one of the two is wrong.',
  },
  {
    title: 'signed in the future',
    signed: signed({ created: future }),
    why: 'A signer’s clock may be at most five minutes ahead. A date in the future would count as newer than every later document.',
  },
  { title: 'the signature has expired', signed: signed({ hashed: [sub.expiresAfter(60)] }) },
  {
    title: 'a revoked key',
    signed: detached(good, makeKey(pair, { direct: [makeDirectSignature(pair, { type: 0x20 })] })),
    why: 'A key that its owner revoked proves nothing, whatever the reason and the date. The exit status of GnuPG does not show this.',
  },
  {
    title: 'a key revoked as replaced, after it signed',
    signed: detached(
      good,
      makeKey(pair, {
        direct: [
          makeDirectSignature(pair, {
            type: 0x20,
            created: time('2025-01-01T00:00:00Z'),
            hashed: [makeSubpacket(29, Buffer.from([1]))],
          }),
        ],
      }),
    ),
    why: 'The date in the signature is the signer’s claim, and a thief of the key can write any date. Other programs trust the date if the reason for the revocation is harmless.',
  },
  {
    title: 'a good signature beside one of an unknown signer',
    signed: detached(join(makeSignature(stranger, document), good)),
    why: 'One good signature by an allowed signer is enough, because archives sign with the keys of several releases. GnuPG refuses because of the signature that it cannot check.',
  },
  {
    title: 'a good signature beside a bad one by an allowed signer',
    signed: detached(join(makeSignature(rsa, Buffer.from('x')), good), join(keys, rsaKeys)),
    why: 'No vendor’s own signatures disagree, so this is a mixture of two documents, or an attack.',
  },
  {
    title: 'a good signature beside one of an unknown version',
    signed: detached(join(makePacket(2, Buffer.from([7, 0, 0, 0])), good)),
    why: 'New versions will appear. A signature that cannot be read does not count.',
  },
  {
    title: 'an unknown critical subpacket',
    signed: signed({ hashed: [makeSubpacket(100, Buffer.from('x'), true)] }),
  },
  { title: 'a type of signature that is not for documents', signed: signed({ type: 0x10 }) },
  {
    title: 'a packet of another kind among the signatures',
    signed: detached(join(good, makePacket(13, Buffer.from('x')))),
    why: 'A file of signatures holds signatures.',
  },
  {
    title: 'a marker packet among the signatures',
    signed: detached(join(makePacket(10, Buffer.from('PGP')), good)),
    why: 'RFC 9580 allows readers to skip it. No vendor writes it, and unexpected packets are refused.',
  },
  {
    title: 'the key file holds a key of an unknown kind',
    signed: detached(
      good,
      join(
        makePacket(6, join(Buffer.from([6, 0, 0, 0, 0, 31, 0, 0, 0, 4]), Buffer.alloc(4))),
        keys,
      ),
    ),
    why: 'CentOS publishes such a file. The unknown key is noted, and the other keys are used.',
  },
  { title: 'clear text', signed: clear(cleartext) },
  {
    title: 'clear text, no checksum in its armor',
    signed: clear(unchecked ?? ''),
    why: 'RFC 9580 has made the checksum optional, and it protects nothing. GnuPG 2.2 demands it.',
  },
  { title: 'clear text, changed', signed: clear(cleartext.replace('first', 'fist')) },
  {
    title: 'clear text, blanks at the end of a line',
    signed: clear(cleartext.replace('first', 'first  ')),
  },
  {
    title: 'clear text, a line before it',
    signed: clear(`forged\n${cleartext}`),
    why: 'A program that searches the file would find the line, and the line is not signed.',
  },
  {
    title: 'clear text, a line behind it',
    signed: clear(`${cleartext}forged\n`),
    why: 'As above.',
  },
  {
    title: 'clear text, a line among its headers',
    signed: clear(cleartext.replace('\n\n', '\nforged\n\n')),
    why: 'As above.',
  },
  {
    title: 'clear text, a header Comment',
    signed: clear(cleartext.replace('\n\n', '\nComment: forged\n\n')),
    why: 'As above: `Hash` is the only header that RFC 9580 knows here.',
  },
  {
    title: 'clear text, its Hash header says another hash',
    signed: clear(cleartext.replace('Hash: SHA256', 'Hash: SHA512')),
    why: 'The signature does not cover that header, so it is ignored. The signature itself names its hash.',
  },
  {
    title: 'clear text, a dash that is not escaped',
    signed: clear(cleartext.replace('- -- second', '-- second')),
    why: 'RFC 9580 demands that it is escaped.',
  },
  {
    title: 'clear text, signed as bytes instead of text',
    signed: clear(makeClearsigned(text, [pair], { type: 0, checksum: 'right' })),
    why: 'RFC 9580 demands signatures of text here, and every document of a vendor has one.',
  },
];
