import { describe, expect, test } from 'vitest';
import { bzip2 } from '../../../formats/bzip2.ts';
import { makeBzip2, toBits, toLengthBits } from '../../../src/testing/files/bzip2-file.ts';
import { decodeContext } from '../decode-context.ts';
import { wholeSource } from '../shared/byte-sources.ts';
import { decodeAll, refusalOf } from '../shared/decoding.ts';
import { abc, changed, disk, emptyFile, hello, helloFile, join, textFile } from './fixtures.ts';

describe('refuses', () => {
  const a = [...Buffer.from('a')];
  const cases: [string, string, Uint8Array][] = [
    ['a file of no bytes', 'truncated', new Uint8Array(0)],
    ['a cut magic', 'truncated', textFile.subarray(0, 3)],
    ['a cut header', 'truncated', textFile.subarray(0, 9)],
    ['a cut block', 'truncated', textFile.subarray(0, 100)],
    ['a cut end', 'truncated', textFile.subarray(0, textFile.length - 1)],
    ['a second stream that is cut', 'truncated', join(textFile, helloFile.subarray(0, 20))],
    ['a second stream that is cut in its magic', 'truncated', join(textFile, [0x42, 0x5a])],
    ['something else', 'corrupt-header', Buffer.from('<html></html>')],
    ['the format before bzip2', 'corrupt-header', changed(textFile, 2, 0x30)],
    ['a level that there is not', 'corrupt-header', changed(textFile, 3, 0x30)],
    ['a stream that goes on otherwise', 'corrupt-data', changed(textFile, 4, 0x30)],
    ['a wrong CRC of a block', 'checksum', makeBzip2([hello, disk], { blockCrc: 1 })],
    ['a wrong CRC of a stream', 'checksum', makeBzip2([hello, disk], { streamCrc: 1 << 30 })],
    ['a wrong CRC of an empty stream', 'checksum', changed(emptyFile, -1, 1)],
    ['bytes behind the stream', 'trailing-data', join(textFile, Buffer.from('PK'))],
    ['zeros behind the stream', 'trailing-data', join(textFile, new Uint8Array(512))],
    ['no byte value', 'corrupt-data', makeBzip2([hello], { values: [], symbols: [1] })],
    ['one code', 'corrupt-data', makeBzip2([hello], { groups: 1 })],
    ['seven codes', 'corrupt-data', makeBzip2([hello], { groups: 7 })],
    ['no selectors', 'corrupt-data', makeBzip2([hello], { selectorBits: toBits(0, 15) })],
    [
      'a selector of no code',
      'corrupt-data',
      makeBzip2([hello], { selectorBits: `${toBits(1, 15)}110` }),
    ],
    ['too few selectors', 'corrupt-data', makeBzip2([disk], { selectorBits: `${toBits(1, 15)}0` })],
    ['a length of zero', 'corrupt-data', makeBzip2([hello], { lengthBits: '00000' })],
    ['a length above twenty', 'corrupt-data', makeBzip2([hello], { lengthBits: '10100100' })],
    ['a length that falls to zero', 'corrupt-data', makeBzip2([hello], { lengthBits: '00001110' })],
    [
      'more codes than there can be, even where none of them is used',
      'corrupt-data',
      makeBzip2([hello], {
        lengthBits: toLengthBits([3, 3, 3, 3, 3, 3]) + toLengthBits([1, 1, 1, 2, 2, 2]),
      }),
    ],
    [
      'a code that stands for nothing',
      'corrupt-data',
      makeBzip2([hello], {
        lengths: [20, 20, 20, 20, 20, 20],
        symbols: [],
        selectorBits: `${toBits(1, 15)}0`,
      }),
    ],
    ['a row past the end', 'corrupt-data', makeBzip2([hello], { origin: hello.length })],
    ['a row far past the end', 'corrupt-data', makeBzip2([hello], { origin: 0xffffff })],
    ['a block of nothing', 'corrupt-data', makeBzip2([hello], { symbols: [5] })],
    [
      'a run without its length',
      'corrupt-data',
      makeBzip2([hello], { coded: Buffer.from('aaaa') }),
    ],
    [
      'a block one byte above the level',
      'corrupt-data',
      // 100 001 in digits of 1 and 2, the lowest first.
      makeBzip2([hello], { level: 1, values: a, symbols: [...digits(100_001), 2] }),
    ],
    [
      'a block one byte above the level, the last no run',
      'corrupt-data',
      makeBzip2([hello], { level: 1, values: [...a, 98], symbols: [...digits(100_000), 2, 3] }),
    ],
    [
      'a run that would not fit into a number',
      'corrupt-data',
      makeBzip2([hello], { values: a, symbols: [...new Array<number>(50).fill(1), 2] }),
    ],
  ];
  test.each(cases)('%s as %s', async (_, reason, bytes) => {
    for (const pieceBytes of [1, 65_536]) {
      expect(await refusalOf(decodeAll(bzip2, wholeSource(bytes, pieceBytes)))).toBe(reason);
    }
  });

  function digits(run: number): number[] {
    const symbols: number[] = [];
    for (let left = run; left > 0; left = (left - 1) >> 1) symbols.push(left % 2 === 1 ? 0 : 1);
    return symbols;
  }

  test('a block without an end, however long the file is', async () => {
    let asked = 0;
    const source = {
      ...wholeSource(textFile),
      async *stream() {
        yield textFile.subarray(0, 100);
        for (; asked < 1000; asked += 1) yield Buffer.alloc(65_536, asked);
      },
    };
    expect(await refusalOf(decodeAll(bzip2, source))).toBe('corrupt-data');
    expect(asked).toBeLessThan(10);
  });

  test('more streams than the limit', async () => {
    const bytes = join(helloFile, emptyFile, helloFile);
    const limited = (members: number) => decodeContext({ limits: { members } });
    expect((await decodeAll(bzip2, bytes, limited(3))).sizeBytes).toBe(10);
    expect(await refusalOf(decodeAll(bzip2, bytes, limited(2)))).toBe('limit');
  });

  test('every cut; no flipped bit gives other content', async () => {
    const bytes = makeBzip2([abc.subarray(0, 600), disk.subarray(4000, 4600)]);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(await refusalOf(decodeAll(bzip2, bytes.subarray(0, length)))).toBe('truncated');
    }
    const good = await decodeAll(bzip2, bytes);
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      const damaged = changed(bytes, bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      const outcome = await decodeAll(bzip2, damaged).catch(async (error) =>
        refusalOf(Promise.reject(error)),
      );
      // Another level, another unused code or padding change nothing.
      if (typeof outcome !== 'string') expect(outcome, `bit ${bit}`).toEqual(good);
    }
  });
});
