import { describe, expect, test } from 'vitest';
import { bzip2 } from '../../../formats/bzip2.ts';
import { blockMagicText, makeBzip2, toLengthBits } from '../../../src/testing/files/bzip2-file.ts';
import { decodeContext } from '../decode-context.ts';
import { GrowingSource, wholeSource } from '../shared/byte-sources.ts';
import { decodeAll, sha256 } from '../shared/decoding.ts';
import {
  abc,
  changed,
  disk,
  emptyFile,
  hello,
  helloFile,
  join,
  nineteen,
  randomisedFile,
  small,
  text,
  textFile,
  zerosFile,
} from './fixtures.ts';

describe('reads', () => {
  const cases: [string, Uint8Array, Uint8Array][] = [
    ['a few bytes', helloFile, hello],
    ['several blocks', textFile, text],
    [
      'streams one after the other, of other levels too',
      join(helloFile, textFile, emptyFile, helloFile),
      join(hello, text, hello),
    ],
    ['an empty stream', emptyFile, new Uint8Array(0)],
    ['a randomised block', randomisedFile, abc],
    ['every byte value and long runs', small, disk],
    [
      'runs of every length',
      makeBzip2([Uint8Array.from({ length: 3000 }, (_, i) => Math.sqrt(i * 8))]),
      Uint8Array.from({ length: 3000 }, (_, i) => Math.sqrt(i * 8)),
    ],
    [
      'codes of one to twenty bits',
      makeBzip2([nineteen], { lengths: [...Array.from({ length: 20 }, (_, i) => i + 1), 20] }),
      nineteen,
    ],
    [
      'selectors that are not used, one of them like a magic',
      makeBzip2([disk, hello], { groups: 6, spareSelectorBits: `${blockMagicText}0` }),
      join(disk, hello),
    ],
    [
      'a block full of what looks like magics',
      makeBzip2([hello], { groups: 6, spareSelectorBits: `${blockMagicText}0`.repeat(600) }),
      hello,
    ],
  ];
  test.each(cases)('%s, for any size of pieces', async (_, bytes, expected) => {
    for (const pieceBytes of [1, 7, 4096, 1 << 20]) {
      const decoded = await decodeAll(bzip2, wholeSource(bytes, pieceBytes));
      expect(decoded).toEqual({ sizeBytes: expected.length, sha256: sha256(expected) });
    }
  });

  test('a file that is longer than the part in memory', async () => {
    const bytes = join(...new Array<Uint8Array>(9000).fill(helloFile), textFile);
    for (const pieceBytes of [1000, 1 << 20]) {
      const decoded = await decodeAll(bzip2, wholeSource(bytes, pieceBytes));
      const expected = Buffer.concat([Buffer.from('hello'.repeat(9000)), text]);
      expect(decoded).toEqual({ sizeBytes: expected.length, sha256: sha256(expected) });
    }
  });

  test('a block that is longer than the part that is usually in memory', async () => {
    // Steps up and down again are useless, but allowed.
    const detour = '1011'.repeat(700_000);
    const lengths = toLengthBits([3, 3, 3, 3, 3, 3]);
    const lengthBits = lengths.slice(0, 5) + detour + lengths.slice(5) + lengths;
    const bytes = join(helloFile, makeBzip2([hello], { lengthBits }), helloFile);
    for (const pieceBytes of [4096, 1 << 20]) {
      const decoded = await decodeAll(bzip2, wholeSource(bytes, pieceBytes));
      expect(decoded.sha256).toBe(sha256(Buffer.from('hello'.repeat(3))));
    }
  });

  test('returns a block once its end has arrived', async () => {
    const source = new GrowingSource();
    const output = bzip2.decode(source, decodeContext())[Symbol.asyncIterator]();
    source.push(helloFile);
    expect(Buffer.from((await output.next()).value ?? []).toString()).toBe('hello');
    for (let at = 0; at < 300; at += 1) source.push(textFile.subarray(at, at + 1));
    const { value: first } = await output.next();
    expect(first?.length).toBeGreaterThan(90_000);
    source.push(textFile.subarray(300));
    source.end();
    let sizeBytes = first?.length ?? 0;
    for (let next = await output.next(); next.done !== true; next = await output.next()) {
      sizeBytes += next.value.length;
    }
    expect(sizeBytes).toBe(text.length);
  });
});

describe('ends', () => {
  test('when the consumer stops, and reads no further', async () => {
    let asked = 0;
    const source = {
      ...wholeSource(zerosFile),
      async *stream() {
        for (; asked < 1000; asked += 1) yield zerosFile;
      },
    };
    let sizeBytes = 0;
    for await (const piece of bzip2.decode(source, decodeContext())) {
      sizeBytes += piece.length;
      if (sizeBytes > 100_000_000) break;
    }
    expect(asked).toBeLessThan(5);
  });
});

test('a bomb comes in small pieces and uses little memory', async () => {
  const bomb = join(...new Array<Uint8Array>(8).fill(zerosFile));
  let sizeBytes = 0;
  let longest = 0;
  let most = 0;
  const before = process.memoryUsage().rss;
  for await (const piece of bzip2.decode(wholeSource(bomb), decodeContext())) {
    sizeBytes += piece.length;
    longest = Math.max(longest, piece.length);
    most = Math.max(most, process.memoryUsage().rss - before);
  }
  expect(sizeBytes).toBe(368_000_000);
  expect(longest).toBeLessThanOrEqual(1024 * 1024);
  expect(most).toBeLessThan(200 * 1024 * 1024);
});

test('recognises bzip2 by its header and the magic after it', () => {
  expect(bzip2.detect({ head: textFile })).toBe(true);
  expect(bzip2.detect({ head: emptyFile })).toBe(true);
  expect(bzip2.detect({ head: changed(textFile, 3, 0x30) })).toBe(false);
  expect(bzip2.detect({ head: changed(textFile, 9, 0x30) })).toBe(false);
  expect(bzip2.detect({ head: textFile.subarray(0, 9) })).toBe(false);
  expect(bzip2.detect({ head: new Uint8Array(0) })).toBe(false);
});
