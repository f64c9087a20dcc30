import { describe, expect, test } from 'vitest';
import { flags, makeBinding, makeKey, makeSelfSignature, makeSubkey } from './make/key.ts';
import { born, makeKeyPair } from './make/key-pair.ts';
import { join, sub } from './make/packet.ts';
import { makeSignature, now as usualNow } from './make/signature.ts';
import { document, tryDetached, warningsOf, word } from './outcome.ts';

const pair = makeKeyPair();
const subpair = makeKeyPair('eddsa', { created: born + 1000 });
const userId = 'x';
const at = (seconds: number): Date => new Date(seconds * 1000);
/** A key that expires this many seconds after it was made. */
const makeEnding = (seconds: number, created = born): Buffer => {
  const hashed = [sub.flags(flags.both), sub.keyExpiresAfter(seconds)];
  return makeKey(pair, { userId, self: makeSelfSignature(pair, userId, { created, hashed }) });
};
const sign = (created: number, hashed: Uint8Array[] = []): Buffer =>
  makeSignature(pair, document, { created, hashed });

describe('the time of a signature', () => {
  const key = makeKey(pair);
  test.each([
    [born, 0, 'valid'],
    [born - 1, 0, 'signer-expired'],
    [born + 5000, 4700, 'valid'],
    [born + 5000, 4699, 'signed-in-future'],
    [0, 0, 'signer-expired'],
    [0xffff_ffff, 0, 'signed-in-future'],
  ])('at %i, verified at %i s after the key', (created, seconds, outcome) => {
    expect(word(tryDetached(sign(created), key, { now: at(born + seconds) }))).toBe(outcome);
  });

  test('is that of its hashed area, and must occur once', () => {
    const none = makeSignature(pair, document, { created: undefined });
    expect(word(tryDetached(none, key))).toBe('malformed');
    const unhashed = [sub.keyId(pair.keyId), sub.created(born + 5)];
    const outside = makeSignature(pair, document, { created: undefined, unhashed });
    expect(word(tryDetached(outside, key))).toBe('malformed');
    expect(word(tryDetached(sign(born + 5, [sub.created(born + 5)]), key))).toBe('malformed');
    const late = makeSignature(pair, document, { unhashed: [...unhashed, sub.expiresAfter(1)] });
    expect(word(tryDetached(late, key))).toBe('valid');
  });

  test('has a resolution of one second', () => {
    expect(tryDetached(sign(born + 5), key)).toMatchObject({ signedAt: at(born + 5) });
  });

  test('cannot be compared with an invalid date', () => {
    expect(word(tryDetached(sign(born), key, { now: new Date(Number.NaN) }))).toBe(
      'ERR_INVALID_REQUEST',
    );
  });
});

describe('a signature with an expiry', () => {
  const key = makeKey(pair);
  test.each([
    [100, 99, 'valid'],
    [100, 100, 'stale'],
    [0, 1e9, 'valid'],
  ])('after %i s, verified after %i', (seconds, later, outcome) => {
    const signature = sign(born, [sub.expiresAfter(seconds)]);
    expect(word(tryDetached(signature, key, { now: at(born + later) }))).toBe(outcome);
  });
});

describe('a key with an expiry', () => {
  test.each([
    ['before the expiry, verified before it', 999, 999, ['']],
    ['before the expiry, verified then', 999, 1000, ['key-expired-since']],
    ['before the expiry, verified long after', 999, 1e8, ['key-expired-since']],
    ['at the end', 1000, 2000, ['signer-expired']],
    ['after the end', 1500, 2000, ['signer-expired']],
  ])('signed %s', (_, created, looked, outcome) => {
    const verdict = tryDetached(sign(born + created), makeEnding(1000), { now: at(born + looked) });
    expect(warningsOf(verdict)).toEqual(outcome.filter((one) => one !== ''));
  });

  test('after 0 seconds does not expire', () => {
    expect(warningsOf(tryDetached(sign(born + 9), makeEnding(0)))).toEqual([]);
  });

  test('uses that of its newest signature, in any order', () => {
    const [old, moved] = [makeEnding(1000), makeEnding(1e9, born + 900)];
    const late = sign(born + 5000);
    expect(word(tryDetached(late, old))).toBe('signer-expired');
    expect(warningsOf(tryDetached(late, moved))).toEqual([]);
    expect(warningsOf(tryDetached(late, join(old, moved)))).toEqual([]);
    expect(warningsOf(tryDetached(late, join(moved, old)))).toEqual([]);
    const shortened = makeEnding(1000, born + 901);
    expect(word(tryDetached(late, join(moved, shortened)))).toBe('signer-expired');
    expect(word(tryDetached(late, join(shortened, moved)))).toBe('signer-expired');
  });

  test('uses the earlier one of two signatures in the same second', () => {
    const [short, long] = [makeEnding(1000), makeEnding(9000)];
    expect(word(tryDetached(sign(born + 5000), join(short, long)))).toBe('signer-expired');
    expect(word(tryDetached(sign(born + 5000), join(long, short)))).toBe('signer-expired');
  });

  test('is refused if all its signatures are younger than the document', () => {
    const young = makeEnding(1e9, born + 1e7);
    expect(warningsOf(tryDetached(sign(born + 5), young))).toEqual([]);
  });

  test('is refused after the expiry of its self-signature', () => {
    const hashed = [sub.flags(flags.both), sub.expiresAfter(1000)];
    const self = makeSelfSignature(pair, userId, { created: born + 500, hashed });
    const key = makeKey(pair, { userId, self });
    expect(warningsOf(tryDetached(sign(born + 1499), key))).toEqual(['key-expired-since']);
    expect(word(tryDetached(sign(born + 1500), key))).toBe('signer-expired');
  });
});

describe('a subkey', () => {
  const created = (seconds: number): Buffer =>
    makeSignature(subpair, document, { created: born + seconds });
  const ending = (seconds: number): Buffer =>
    makeSubkey(
      pair,
      subpair,
      makeBinding(pair, subpair, {
        hashed: [sub.flags(flags.sign), sub.keyExpiresAfter(seconds)],
      }),
    );

  test.each([
    ['before it was made', 999, 0, 0, 'signer-expired'],
    ['when it was made', 1000, 0, 0, 'valid'],
    ['before its end', 1499, 500, 0, 'valid'],
    ['at its end', 1500, 500, 0, 'signer-expired'],
    ['before the end of its primary key', 1499, 0, 1500, 'valid'],
    ['at the end of its primary key', 1500, 0, 1500, 'signer-expired'],
  ])('signed %s', (_, signed, own, primary, outcome) => {
    const key = join(makeEnding(primary), ending(own));
    expect(word(tryDetached(created(signed), key, { now: usualNow }))).toBe(outcome);
  });

  test('uses its newest binding', () => {
    const moved = makeBinding(pair, subpair, { created: born + 1400 });
    const old = makeBinding(pair, subpair, {
      hashed: [sub.flags(flags.sign), sub.keyExpiresAfter(500)],
    });
    for (const bindings of [
      [old, moved],
      [moved, old],
    ]) {
      const key = join(makeKey(pair), makeSubkey(pair, subpair, ...bindings));
      expect(warningsOf(tryDetached(created(5000), key))).toEqual([]);
    }
  });

  test.each([
    [500, 0],
    [0, 1500],
  ])('is refused if it or its primary key has expired since', (own, primary) => {
    const key = join(makeEnding(primary), ending(own));
    expect(warningsOf(tryDetached(created(1400), key))).toEqual(['key-expired-since']);
  });

  test('cannot be older than its primary key', () => {
    const old = makeKeyPair('eddsa', { created: born - 1000 });
    const key = join(makeKey(pair), makeSubkey(pair, old));
    const signature = makeSignature(old, document, { created: born - 1 });
    expect(word(tryDetached(signature, key))).toBe('signer-expired');
  });
});
