import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { xz as lzma } from '@napi-rs/lzma';
import { describe, expect, test } from 'vitest';
import { xz } from '../../../formats/xz.ts';
import { decodeContext } from '../decode-context.ts';
import { countingSource } from '../filesystems/counting-source.ts';
import { memorySource } from '../filesystems/memory-source.ts';
import { copyAll, GrowingSink } from '../shared/copying.ts';
import { decodeAll, diskLikeBytes, refusalOf, sha256 } from '../shared/decoding.ts';
import { SteppedSource } from '../stepped-source.ts';
import { makeXz } from './make-xz.ts';
import { stateSizes } from './state-sizes.ts';

const blockBytes = 100_000;
const content = diskLikeBytes(5 * blockBytes - 4321);
const expected = { sizeBytes: content.length, sha256: sha256(content) };
const blocks = [0, 1, 2, 3, 4].map((i) => content.subarray(i * blockBytes, (i + 1) * blockBytes));
const truly = { statedSizes: { compressed: 0, uncompressed: 0 } };

describe('decodes several blocks at once', () => {
  const layouts: [string, () => Uint8Array][] = [
    ['whose headers state their lengths', () => makeXz(blocks, truly)],
    ['that the index at the end lists', () => makeXz(blocks)],
    [
      'of several streams',
      () =>
        Buffer.concat([
          makeXz(blocks.slice(0, 2)),
          new Uint8Array(8),
          makeXz([]),
          makeXz(blocks.slice(2), truly),
        ]),
    ],
  ];
  test.each(layouts)('%s', async (_, make) => {
    const sink = new GrowingSink();
    const later = Promise.withResolvers<void>();
    sink.onWrite = (position) => {
      if (position >= 3 * blockBytes) later.resolve();
      // The first block cannot be done before the fourth one has begun.
      return position < blockBytes ? later.promise : undefined;
    };
    expect(await copyAll(xz, make(), decodeContext(), sink)).toEqual(expected);
  });

  test('into a disk that is not blank', async () => {
    const sink = new GrowingSink(0xee);
    expect(await copyAll(xz, makeXz(blocks, truly), decodeContext(), sink)).toEqual(expected);
  });

  test('but no more of them than memory allows', async () => {
    // 24 MiB of dictionary each.
    const blockFields = [0, 0x21, 1, 25];
    const bytes = makeXz([...blocks, ...blocks], { blockFields });
    const sink = new GrowingSink();
    const begun = new Set<number>();
    const go = Promise.withResolvers<void>();
    sink.onWrite = (position) => {
      begun.add(Math.floor(position / blockBytes));
      return go.promise;
    };
    const copying = copyAll(xz, bytes, decodeContext({ width: 100 }), sink);
    while (begun.size < 2) await new Promise(setImmediate);
    // As long as other blocks take from their first byte to their last.
    for (let i = 0; i < 3; i += 1) await decodeAll(xz, makeXz(blocks));
    expect(begun.size).toBe(2);
    go.resolve();
    await copying;
    expect(begun.size).toBeGreaterThanOrEqual(9);
  });
});

test('reads no more than 64 KiB of a block at once', async () => {
  const block = randomBytes(1_000_000);
  const sink = new GrowingSink();
  let longest = 0;
  const source = countingSource(memorySource(makeXz([block], truly)), (_, _position, length) => {
    longest = Math.max(longest, length);
  });
  await xz.copyTo?.(source, sink, decodeContext());
  expect(sink.sizeBytes).toBe(block.length);
  expect(longest).toBe(64 * 1024);
});

describe('blocks of zeros', () => {
  const zeros = new Uint8Array(3_000_000);
  let one: Uint8Array;
  const zeroBlock = async () => (one ??= Uint8Array.from(await lzma.compress(zeros)));

  test.each([0, 0xee])('are decoded once if they are equal, on a disk full of %i', async (junk) => {
    const stream = stateSizes(await zeroBlock());
    const bytes = Buffer.concat([stream, stream, makeXz([content], truly), stream, stream]);
    const sink = new GrowingSink(junk);
    const disk = Buffer.concat([zeros, zeros, content, zeros, zeros]);
    const source = new SteppedSource(bytes, 'whole');
    const reads: number[] = [];
    const read = source.read.bind(source);
    source.read = (position, length) => {
      reads.push(position);
      return read(position, length);
    };
    const copied = await copyAll(xz, source, decodeContext(), sink);
    expect(copied).toEqual({ sizeBytes: disk.length, sha256: sha256(disk) });
    // A decoded block is read from the start of its data.
    const headerBytes = 12 + ((stream[12] ?? 0) + 1) * 4;
    const later = bytes.length - 2 * stream.length;
    const starts = [0, stream.length, later, later + stream.length].map((at) => at + headerBytes);
    expect(reads.filter((position) => starts.includes(position))).toEqual([headerBytes]);
  });

  test('equal blocks of data are not zeros', async () => {
    const data = Buffer.from('all the same '.repeat(20));
    const copied = await copyAll(xz, makeXz([data, data, data], truly));
    expect(copied.sha256).toBe(sha256(Buffer.concat([data, data, data])));
  });

  test('are not treated as equal if only the check differs', async () => {
    const stream = stateSizes(await zeroBlock());
    const damaged = Uint8Array.from(stream);
    // The last byte of the check is before an index of 16 bytes and a footer of 12.
    const at = damaged.length - 29;
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    expect(await refusalOf(copyAll(xz, Buffer.concat([stream, stream, damaged])))).toBe('checksum');
    expect(await refusalOf(copyAll(xz, Buffer.concat([damaged, damaged, stream])))).toBe(
      'checksum',
    );
  });
});

const hasXz = spawnSync('xz', ['--version']).status === 0;
describe.skipIf(!hasXz)('the output of xz', () => {
  test.each([
    '-T2 -0 --block-size=300KiB',
    '-T1 -0 --block-size=300000',
    '-T2 -6 --block-list=1,70000,100000,0 --check=sha256',
    '-T1 -6',
  ])('%s', async (options) => {
    const disk = Buffer.concat([new Uint8Array(2_000_000), content, new Uint8Array(3_000_000)]);
    const made = spawnSync('xz', ['-c', ...options.split(' ')], {
      input: disk,
      maxBuffer: 2 ** 26,
    });
    expect(made.status).toBe(0);
    const whole = { sizeBytes: disk.length, sha256: sha256(disk) };
    expect(await copyAll(xz, made.stdout)).toEqual(whole);
    const source = new SteppedSource(made.stdout, { readyBytes: 0, sizeKnown: false });
    const copying = copyAll(xz, source);
    for (let at = 0; at < made.stdout.length; at += 50_000) {
      source.grow(at);
      await new Promise(setImmediate);
    }
    source.grow(made.stdout.length);
    expect(await copying).toEqual(whole);
  });
});
