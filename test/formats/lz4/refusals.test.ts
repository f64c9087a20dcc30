import { describe, expect, test } from 'vitest';
import { lz4 } from '../../../formats/lz4.ts';
import { decodeContext } from '../decode-context.ts';
import { wholeSource } from '../shared/byte-sources.ts';
import { decodeAll, diskLikeBytes, refusalOf, sequence } from '../shared/decoding.ts';
import {
  changed,
  content,
  frame,
  hello,
  join,
  legacyFile,
  legacyMagic,
  skippable,
  small,
  textFile,
} from './fixtures.ts';
import { frameBlock, makeLz4, makeLz4Frame, packBlock, sequenceOf, uint32 } from './make-lz4.ts';

/** A frame of one block that begins with eight letters, followed by the given bytes. */
function oneBlock(...parts: number[][]): Uint8Array {
  const block = join(sequenceOf(Buffer.from('abcdefgh'), 4, 4), ...parts);
  return makeLz4Frame([frameBlock(block, false)], 0, { contentChecksum: false });
}

describe('refuses', () => {
  const cases: [string, string, Uint8Array][] = [
    ['a file of no bytes', 'truncated', new Uint8Array(0)],
    ['a cut magic', 'truncated', frame.subarray(0, 3)],
    ['a cut header', 'truncated', textFile.subarray(0, 9)],
    ['a cut block', 'truncated', frame.subarray(0, 5000)],
    ['no end mark', 'truncated', frame.subarray(0, frame.length - 8)],
    ['a cut checksum', 'truncated', frame.subarray(0, frame.length - 1)],
    ['a second frame that is cut', 'truncated', join(frame, small.subarray(0, 8))],
    ['a second frame that is cut in its magic', 'truncated', join(frame, small.subarray(0, 2))],
    ['a skippable frame that is cut', 'truncated', join(small, skippable(10, 0, 0xffffffff))],
    ['a skippable frame cut in its length', 'truncated', skippable(0).subarray(0, 6)],
    ['a cut legacy block', 'truncated', legacyFile.subarray(0, 30)],
    ['a cut length of a legacy block', 'truncated', legacyFile.subarray(0, 6)],
    ['something else', 'corrupt-header', Buffer.from('<html></html>')],
    ['another version', 'unsupported-variant', makeLz4(hello, { flags: 0xc0 })],
    ['a reserved flag', 'unsupported-feature', makeLz4(hello, { flags: 0x02 })],
    [
      'a reserved bit of the block size',
      'unsupported-feature',
      makeLz4(hello, { blockFlags: 0x80 }),
    ],
    ['a reserved bit below it', 'unsupported-feature', makeLz4(hello, { blockFlags: 0x01 })],
    ['a reserved block size', 'unsupported-feature', makeLz4(hello, { blockFlags: 0x70 })],
    ['a dictionary', 'unsupported-feature', makeLz4(hello, { dictionary: 42 })],
    ['a wrong header checksum', 'checksum', makeLz4(hello, { headerChecksum: 1 })],
    ['a wrong checksum', 'checksum', makeLz4(content, { checksum: 1 })],
    ['a wrong checksum of no content', 'checksum', changed(makeLz4Frame([], 0), -1, 7)],
    [
      'a wrong checksum in the first of two',
      'checksum',
      join(makeLz4(hello, { checksum: 1 }), frame),
    ],
    [
      'a wrong block checksum',
      'checksum',
      makeLz4(content, { blockChecksums: true, blockChecksum: 1 }),
    ],
    [
      'a wrong block checksum of a stored block',
      'checksum',
      makeLz4(content, { stored: true, blockChecksums: true, blockChecksum: 1 }),
    ],
    ['a content size that is too large', 'corrupt-data', makeLz4(hello, { contentSize: 6n })],
    ['a content size that is too small', 'corrupt-data', makeLz4(hello, { contentSize: 0n })],
    [
      'a content size above the limit',
      'limit',
      makeLz4(hello, { contentSize: 0xffff_ffff_ffff_ffffn }),
    ],
    ['a block of 2 GiB', 'corrupt-data', makeLz4Frame([uint32(0x7fffffff)], 0)],
    ['a stored block of 2 GiB', 'corrupt-data', makeLz4Frame([uint32(0xffffffff)], 0)],
    [
      'a stored block above the limit of the frame',
      'corrupt-data',
      makeLz4Frame([frameBlock(new Uint8Array(65_537), true)], 0),
    ],
    [
      'a block that decodes to more than the frame allows',
      'corrupt-data',
      oneBlock(sequenceOf([], 1, 65_536), sequenceOf([])),
    ],
    [
      'a short match past what the frame allows',
      'corrupt-data',
      oneBlock(sequenceOf([], 8, 65_500), sequenceOf([], 8, 100), sequenceOf([])),
    ],
    [
      'literals past what the frame allows',
      'corrupt-data',
      oneBlock(sequenceOf([], 1, 40_000), sequenceOf(new Uint8Array(26_000))),
    ],
    ['an offset of zero', 'corrupt-data', oneBlock(sequenceOf([], 0, 4), sequenceOf([]))],
    ['an offset before the start', 'corrupt-data', oneBlock(sequenceOf([], 13, 4), sequenceOf([]))],
    [
      'an offset far before it',
      'corrupt-data',
      oneBlock(sequenceOf([], 65_535, 4), sequenceOf([])),
    ],
    ['a block that ends with a match', 'corrupt-data', oneBlock(sequenceOf([], 4, 4))],
    ['a block that ends in an offset', 'corrupt-data', oneBlock([0x00, 0x01])],
    ['a block that ends in a length', 'corrupt-data', oneBlock([0xf0, 255])],
    ['a block that ends in the length of a match', 'corrupt-data', oneBlock([0x0f, 1, 0, 255])],
    ['a block that ends in its literals', 'corrupt-data', oneBlock([0x50, 1, 2])],
    [
      'a block that refers to the one before without being linked to it',
      'corrupt-data',
      makeLz4Frame(
        [
          frameBlock(Uint8Array.from(sequenceOf(Buffer.from('0123456789'))), false),
          frameBlock(join(sequenceOf([1], 5, 4), sequenceOf([])), false),
        ],
        0,
      ),
    ],
    [
      'a linked block that refers to another frame',
      'corrupt-data',
      join(
        small,
        makeLz4Frame([frameBlock(join(sequenceOf([1], 5, 4), sequenceOf([])), false)], 0, {
          linked: true,
        }),
      ),
    ],
    ['an empty legacy block', 'corrupt-data', join(legacyMagic, [0, 0, 0, 0])],
    ['bytes behind the frame', 'trailing-data', join(frame, Buffer.from('garbage'))],
    ['one byte behind the frame', 'trailing-data', join(frame, [0])],
    ['bytes behind a legacy frame', 'trailing-data', join(legacyFile, Buffer.from('garbage'))],
    ['bytes behind a skippable frame', 'trailing-data', join(skippable(3), Buffer.from('garbage'))],
  ];
  test.each(cases)('%s as %s', async (_, reason, bytes) => {
    for (const pieceBytes of [1, 65_536]) {
      expect(await refusalOf(decodeAll(lz4, wholeSource(bytes, pieceBytes)))).toBe(reason);
    }
  });

  test('more frames than the limit, and blocks above it', async () => {
    const bytes = join(small, skippable(1), small, legacyFile);
    const limited = (members: number) => decodeContext({ limits: { members } });
    expect((await decodeAll(lz4, bytes, limited(4))).sizeBytes).toBe(3010);
    expect(await refusalOf(decodeAll(lz4, bytes, limited(3)))).toBe('limit');
    const window = decodeContext({ limits: { windowBytes: 65_536 } });
    expect((await decodeAll(lz4, frame, window)).sizeBytes).toBe(content.length);
    expect(await refusalOf(decodeAll(lz4, makeLz4(hello, { blockSize: 5 }), window))).toBe('limit');
    expect(await refusalOf(decodeAll(lz4, legacyFile, window))).toBe('limit');
  });

  test('every cut; no flipped bit gives other content', async () => {
    const bytes = makeLz4(diskLikeBytes(9000, 3), { linked: true, blockChecksums: true });
    const good = await decodeAll(lz4, bytes);
    for (let length = 0; length < bytes.length; length += length < 40 ? 1 : 13) {
      expect(await refusalOf(decodeAll(lz4, bytes.subarray(0, length)))).toBe('truncated');
    }
    const next = sequence(4711);
    for (let i = 0; i < 600; i += 1) {
      const at = i < 120 ? i >> 3 : next(bytes.length);
      const damaged = changed(bytes, at, (bytes[at] ?? 0) ^ (1 << (i & 7)));
      const outcome = await decodeAll(lz4, damaged).catch(async (error) =>
        refusalOf(Promise.reject(error)),
      );
      // A frame that became a skippable one has no content.
      const isGood = typeof outcome === 'string' || outcome.sha256 === good.sha256;
      expect(isGood || outcome.sizeBytes === 0, `bit at ${at}`).toBe(true);
    }
  });

  test('damage that no checksum covers, without reads or writes elsewhere', async () => {
    const part = diskLikeBytes(5000, 3);
    const packed = packBlock(part, 0, part.length, 0);
    const next = sequence(1213);
    for (let i = 0; i < 2000; i += 1) {
      const block = changed(packed, next(packed.length), next(256));
      const bytes = makeLz4Frame([frameBlock(block, false)], 0, { contentChecksum: false });
      const outcome = await decodeAll(lz4, bytes).catch(async (error) =>
        refusalOf(Promise.reject(error)),
      );
      if (typeof outcome === 'string') expect(outcome).toBe('corrupt-data');
      else expect(outcome.sizeBytes).toBeLessThanOrEqual(65_536);
    }
  });
});
