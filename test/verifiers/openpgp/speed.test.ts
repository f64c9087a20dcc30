import { describe, expect, test } from 'vitest';
import { readKeys } from '../../../verifiers/openpgp/index.ts';
import { makeClearsigned } from './make/document.ts';
import { makeKey } from './make/key.ts';
import { makeKeyPair, primaryPacket, subkeyPacket } from './make/key-pair.ts';
import { join } from './make/packet.ts';
import { makeSignature } from './make/signature.ts';
import { document, tryClearsigned, tryDetached } from './outcome.ts';

const [pair, stranger] = [makeKeyPair(), makeKeyPair()];
const key = makeKey(pair);
const good = makeSignature(pair, document);
const times = (bytes: Uint8Array, count: number): Buffer =>
  Buffer.alloc(bytes.length * count, bytes);

describe('large input in a short time', () => {
  const cases: [string, () => unknown][] = [
    [
      'line ends',
      () => tryClearsigned('-----BEGIN PGP SIGNED MESSAGE-----\n'.concat('\n'.repeat(4e6)), key),
    ],
    ['blanks in a line', () => tryClearsigned(makeClearsigned(' '.repeat(4e6), [pair]), key)],
    ['a line', () => tryClearsigned(makeClearsigned('x'.repeat(4e6), [pair]), key)],
    ['lines', () => tryClearsigned(makeClearsigned('x\n'.repeat(1e6), [pair]), key)],
    [
      'Hash headers',
      () => tryClearsigned(`-----BEGIN PGP SIGNED MESSAGE-----\n${'Hash: A\n'.repeat(3e5)}`, key),
    ],
    [
      'hashes in one header',
      () =>
        tryClearsigned(`-----BEGIN PGP SIGNED MESSAGE-----\nHash: A${', A'.repeat(1e6)}!\n`, key),
    ],
    ['blocks of keys', () => readKeys('-----BEGIN PGP PUBLIC KEY BLOCK-----\n'.repeat(1e5))],
    ['packets of nothing', () => readKeys(Buffer.alloc(4e6, Buffer.from([0xcc, 0])))],
    ['base64', () => readKeys(`-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${'A'.repeat(4e6)}`)],
    [
      'keys with one subkey',
      () =>
        tryDetached(
          makeSignature(stranger, document),
          times(join(primaryPacket(pair), times(subkeyPacket(stranger), 100)), 300),
        ),
    ],
    ['copies of one key', () => tryDetached(good, times(primaryPacket(pair), 2000))],
    [
      'text of line ends',
      () =>
        tryDetached(makeSignature(pair, document, { type: 1 }), key, {
          document: Buffer.alloc(4e6, 10),
        }),
    ],
  ];
  test.each(cases)('%s', (_, run) => {
    // A quadratic algorithm takes minutes, and then the test times out.
    expect(run).not.toThrow();
  });
});
