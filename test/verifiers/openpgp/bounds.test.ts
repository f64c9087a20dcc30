import { describe, expect, test } from 'vitest';
import { isImageError } from '../../../src/kit.ts';
import { readKeys, verifyClearsigned } from '../../../verifiers/openpgp/index.ts';
import { limits } from '../../../verifiers/openpgp/limits.ts';
import { makeArmor } from './make/document.ts';
import { makeBinding, makeKey, makeSelfSignature, makeSubkey } from './make/key.ts';
import { makeKeyPair, primaryPacket, subkeyPacket } from './make/key-pair.ts';
import { join, makePacket, makeSubpacket, sub } from './make/packet.ts';
import { makeSignature } from './make/signature.ts';
import { document, policy, tryDetached, warningsOf, word } from './outcome.ts';

const [pair, stranger] = [makeKeyPair(), makeKeyPair()];
const key = makeKey(pair);
const good = makeSignature(pair, document);
const foreign = makeSignature(stranger, document);
const times = (bytes: Uint8Array, count: number): Buffer =>
  Buffer.alloc(bytes.length * count, bytes);

describe('limits', () => {
  test('signatures in one file', () => {
    expect(word(tryDetached(join(good, times(foreign, limits.signatures - 1)), key))).toBe('valid');
    expect(word(tryDetached(join(good, times(foreign, limits.signatures)), key))).toBe('malformed');
  });

  test('signatures to compute', () => {
    expect(word(tryDetached(times(good, limits.contenders), key))).toBe('valid');
    expect(word(tryDetached(times(good, limits.contenders + 1), key))).toBe('malformed');
  });

  test('bytes of signatures', () => {
    const armored = makeArmor('SIGNATURE', good);
    const fill = (length: number): string => armored + '\n'.repeat(length - armored.length);
    expect(word(tryDetached(fill(limits.signatureBytes), key))).toBe('valid');
    expect(word(tryDetached(fill(limits.signatureBytes + 1), key))).toBe('malformed');
  });

  test('subpackets', () => {
    const hashed = (count: number): Buffer[] => [times(Buffer.from([1, 100]), count)];
    const sign = (count: number): Buffer =>
      makeSignature(pair, document, { hashed: hashed(count) });
    expect(word(tryDetached(sign(limits.subpackets - 1), key))).toBe('valid');
    expect(word(tryDetached(sign(limits.subpackets), key))).toBe('malformed');
  });

  test('the length of a document', () => {
    const long = Buffer.alloc(limits.documentBytes + 1, 10);
    expect(() => verifyClearsigned(long, readKeys(key).keys, policy)).toThrow(/longer than/);
  });

  test('bytes of keys', () => {
    const long = Buffer.alloc(limits.keyBytes + 1, 10);
    expect(readKeys(long).notes.join()).toMatch(/more than \d+ bytes/);
    expect(readKeys(join(Buffer.from(makeArmor('PUBLIC KEY BLOCK', key)), long)).keys).toEqual([]);
  });

  test('blocks', () => {
    const blocks = (count: number): string => makeArmor('X', key).repeat(count);
    const armored = makeArmor('PUBLIC KEY BLOCK', key);
    expect(readKeys(blocks(limits.blocks - 1) + armored).keys).toHaveLength(1);
    const more = readKeys(blocks(limits.blocks) + armored);
    expect(more.keys).toEqual([]);
    const armor = makeArmor('SIGNATURE', good).repeat(limits.blocks + 1);
    expect(word(tryDetached(armor, key))).toBe('malformed');
  });

  test('keys', () => {
    const many = times(primaryPacket(stranger), limits.keys);
    expect(readKeys(many).keys).toHaveLength(limits.keys);
    const more = readKeys(times(primaryPacket(stranger), limits.keys + 2));
    expect(more.keys).toHaveLength(limits.keys);
    expect(more.notes.join()).toMatch(/more than \d+ keys/);
  });

  test('packets', () => {
    const trust = times(makePacket(12, new Uint8Array()), limits.packets);
    expect(readKeys(join(key, trust)).notes.join()).toMatch(/more than \d+ packets/);
  });

  test('subkeys', () => {
    const few = join(key, times(subkeyPacket(stranger), limits.subkeys));
    expect(word(tryDetached(good, few))).toBe('valid');
    const many = join(key, times(subkeyPacket(stranger), limits.subkeys + 1));
    expect(readKeys(many).notes.join()).toMatch(/too many subkeys/);
    expect(word(tryDetached(good, many))).toBe('signer-unknown');
  });

  test('signatures of a key over itself, in all its copies', () => {
    const self = makeSelfSignature(pair, 'Vendor <images@example.invalid>');
    const few = join(key, times(self, limits.selfSignatures - 1));
    expect(readKeys(few).notes).toEqual([]);
    const many = join(key, times(self, limits.selfSignatures));
    expect(readKeys(many).notes.join()).toMatch(/too many signatures/);
    expect(readKeys(join(few, key)).notes.join()).toMatch(/too many signatures/);
  });

  test('embedded signatures: only the first ones are read', () => {
    const subpair = makeKeyPair();
    const noise = Array.from({ length: limits.embedded }, () => sub.embedded(Buffer.from('x')));
    const bind = (count: number): Buffer =>
      makeBinding(pair, subpair, { unhashed: [sub.keyId(pair.keyId), ...noise.slice(0, count)] });
    const under = (count: number): Buffer => join(key, makeSubkey(pair, subpair, bind(count)));
    const signature = makeSignature(subpair, document);
    expect(word(tryDetached(signature, under(limits.embedded - 1)))).toBe('valid');
    expect(word(tryDetached(signature, under(limits.embedded)))).toBe('key-unusable');
  });

  test('notes', () => {
    const broken = times(makePacket(6, Buffer.from([4])), limits.notes * 3);
    expect(readKeys(broken).notes.length).toBeLessThanOrEqual(limits.notes);
  });

  test('keys of one name: only the first ones are tried', () => {
    const subpair = makeKeyPair();
    const signature = makeSignature(subpair, document);
    const under = (count: number): Buffer => {
      const others = Array.from({ length: count }, () => makeKeyPair());
      const empty = others.map((other) => join(makeKey(other), subkeyPacket(subpair)));
      return join(...empty, key, makeSubkey(pair, subpair));
    };
    expect(word(tryDetached(signature, under(limits.candidates - 1)))).toBe('valid');
    expect(word(tryDetached(signature, under(limits.candidates)))).toBe('key-unusable');
  });
});

test('random bytes cause only typed errors', () => {
  const noise = (seed: number): Buffer =>
    Buffer.from(
      Array.from({ length: 64 }, (_, index) => (Math.imul(seed + index, 2654435761) >>> 13) & 255),
    );
  for (let seed = 0; seed < 300; seed += 1) {
    const bytes = noise(seed);
    readKeys(bytes);
    expect(word(tryDetached(bytes, key))).not.toBe('valid');
    expect(word(tryDetached(makePacket(2, join(Buffer.from([4, 0, 22, 8]), bytes)), key))).not.toBe(
      'valid',
    );
    expect(isImageError(undefined)).toBe(false);
  }
  expect(warningsOf(tryDetached(makeSubpacket(2, Buffer.alloc(4)), key))).toEqual(['malformed']);
});
