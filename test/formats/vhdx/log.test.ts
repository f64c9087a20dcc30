import { describe, expect, test } from 'vitest';
import { buildVhdxImage, vhdxLogGuid } from '../../../src/testing/vhdx-image.ts';
import { encodeVhdxLogEntry, type VhdxLogWrite } from '../../../src/testing/vhdx-log.ts';
import { PageSink } from '../page-sink.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';
import { decodeVhdx, KiB, MiB, refusalOfVhdx } from './disk.ts';
import {
  extents,
  fill,
  firstBytes,
  type Put,
  pristine,
  sector,
  virtualSize,
  withLog,
} from './log-image.ts';

describe('what is replayed', () => {
  const held: [string, (offset: number) => boolean][] = [
    ['the block table', (offset) => offset >= 3 * MiB && offset < 4 * MiB],
    ['the metadata', (offset) => offset >= 2 * MiB && offset < 2 * MiB + 72 * KiB],
    ['both region tables', (offset) => offset < MiB],
    ['data', (offset) => offset >= 4 * MiB && offset % (64 * KiB) === 0],
    ['nothing', () => false],
  ];
  const rings = { 'from the start': 0, 'across the end': MiB - 3 * sector } as const;

  test.each(held)('%s', async (_, holds) => {
    for (const start of Object.values(rings)) {
      for (const perEntry of [1, 40, 126, 127, 250]) {
        const dirty = { holds, start, perEntry: Math.max(perEntry, 7) };
        const { bytes } = buildVhdxImage({ virtualSize, extents, dirty });
        const sink = await decodeVhdx(bytes, new PageSink(0xee));
        expect(sink.sha256()).toBe(digestOf(virtualSize, extents));
      }
    }
  });

  test('later updates replace earlier ones, within an entry and between entries', async () => {
    const bytes = withLog([
      { at: 0, writes: [fill(0, 1), fill(0, 2), fill(1, 3), fill(2, 4)] },
      {
        at: 4 * sector + sector,
        ...{ tail: 0, sequence: 2n },
        writes: [fill(2, 5), { offset: 4 * MiB + sector, zeros: sector }, fill(3, 6)],
      },
    ]);
    expect(await firstBytes(bytes, 4)).toEqual([2, 0, 5, 6]);
  });

  test('long zeros, and data within them', async () => {
    const bytes = withLog([
      { at: 0, writes: [{ offset: 4 * MiB, zeros: 2 * MiB }, fill(3, 7), fill(4, 8)] },
      {
        at: 3 * sector,
        tail: 0,
        sequence: 2n,
        writes: [{ offset: 4 * MiB + 4 * sector, zeros: sector }],
      },
    ]);
    const wanted = [{ position: 3 * sector, bytes: new Uint8Array(sector).fill(7) }];
    expect((await decodeVhdx(bytes)).sha256()).toBe(digestOf(virtualSize, wanted));
  });

  test('an entry without updates is valid', async () => {
    expect((await decodeVhdx(withLog([{ at: 0, writes: [] }]))).sha256()).toBe(
      digestOf(virtualSize, extents),
    );
  });

  test('a sector is restored completely: the descriptor holds its ends', async () => {
    const bytes = content('noise', 7, sector);
    const sink = await decodeVhdx(withLog([{ at: 0, writes: [{ offset: 5 * MiB, bytes }] }]));
    expect(Buffer.compare(sink.read(MiB, sector), bytes)).toBe(0);
  });

  test('updates after the end of the file make it longer', async () => {
    const image = buildVhdxImage({
      virtualSize: MiB,
      extents: extents.map(({ position, bytes }) => ({ position, bytes: bytes.subarray(0, MiB) })),
    });
    const entryAt = image.batOffset;
    const bytes = withLog(
      [
        {
          at: 0,
          lastFileOffset: 6 * MiB,
          writes: [
            {
              offset: entryAt,
              bytes: Uint8Array.from({ length: sector }, (_, i) => [6, 0, 0x50][i] ?? 0),
            },
            { offset: 5 * MiB, zeros: MiB },
            { offset: 5 * MiB + sector, bytes: new Uint8Array(sector).fill(9) },
          ],
        },
      ],
      image,
    );
    const sink = await decodeVhdx(bytes);
    const wanted = [{ position: sector, bytes: new Uint8Array(sector).fill(9) }];
    expect(sink.sha256()).toBe(digestOf(MiB, wanted));
  });

  const part = MiB / 4;
  const gaps: [string, { offset: number; zeros: number }[]][] = [
    ['its start', [{ offset: 6 * MiB + part, zeros: 3 * part }]],
    ['its middle', [0, 2, 3].map((i) => ({ offset: 6 * MiB + i * part, zeros: part }))],
    ['its end', [{ offset: 6 * MiB, zeros: 3 * part }]],
    ['all of it', []],
  ];

  test.each(gaps)('a block after the end of the file lacks %s', async (_, zeros) => {
    const bat = new Uint8Array(sector);
    new DataView(bat.buffer).setBigUint64(0, BigInt(6 * MiB) | 6n, true);
    const writes = [{ offset: pristine.batOffset, bytes: bat }, ...zeros];
    const bytes = withLog([{ at: 0, lastFileOffset: 7 * MiB, writes }]);
    expect((await refusalOfVhdx(bytes)).details.reason).toBe('truncated');
    const source = new SteppedSource(bytes, { readyBytes: 5 * MiB, sizeKnown: false });
    const done = refusalOfVhdx(source);
    await new Promise(setImmediate);
    source.grow(bytes.length);
    expect((await done).details.reason).toBe('truncated');
  });
});

describe('what is refused', () => {
  const one = { at: 0, writes: [fill(0, 1)] };
  const to = (offset: number): VhdxLogWrite[] => [{ offset, bytes: new Uint8Array(sector) }];
  const cases: [string, string, readonly Put[]][] = [
    ['an empty log', 'corrupt-header', []],
    ['a wrong checksum', 'corrupt-header', [{ ...one, damage: (entry) => entry.fill(1, 4, 8) }]],
    ['another log', 'corrupt-header', [{ ...one, guid: '00000000-0000-4000-8000-000000000009' }]],
    ['a tail that is nowhere', 'corrupt-header', [{ ...one, tail: 8 * sector }]],
    ['a tail inside an entry', 'corrupt-header', [{ ...one, tail: sector }]],
    [
      'a tail that comes later',
      'corrupt-header',
      [
        { ...one, tail: 2 * sector },
        { at: 2 * sector, sequence: 5n, tail: 0, writes: [] },
      ],
    ],
    [
      'a file that was longer',
      'truncated',
      [{ ...one, flushedFileSize: pristine.bytes.length + 1 }],
    ],
    ['a file that was far longer', 'truncated', [{ ...one, flushedFileSize: 2 ** 63 }]],
    [
      'an update behind the last structure',
      'corrupt-table',
      [{ ...one, writes: to(pristine.bytes.length) }],
    ],
    ['an update far behind it', 'corrupt-table', [{ ...one, writes: to(2 ** 50) }]],
    [
      'an update past 2^53',
      'corrupt-table',
      [{ ...one, lastFileOffset: 2 ** 63, writes: to(2 ** 60) }],
    ],
    [
      'zeros that end past 2^64',
      'corrupt-table',
      [{ ...one, lastFileOffset: 2 ** 63, writes: [{ offset: 2 ** 63, zeros: 2 ** 63 }] }],
    ],
    ['an update of the identifier', 'corrupt-table', [{ ...one, writes: to(0) }]],
    ['an update of a header', 'corrupt-table', [{ ...one, writes: to(128 * KiB) }]],
    ['an update of the log', 'corrupt-table', [{ ...one, writes: to(2 * MiB - sector) }]],
    [
      'zeros over the log',
      'corrupt-table',
      [{ ...one, writes: [{ offset: 192 * KiB, zeros: 2 * MiB }] }],
    ],
    [
      'too many updates',
      'limit',
      [{ ...one, writes: Array.from({ length: 4097 }, () => ({ offset: 4 * MiB, zeros: 0 })) }],
    ],
    [
      'a table that the log breaks',
      'checksum',
      [
        {
          ...one,
          writes: [192, 256].flatMap((at) => [
            { offset: at * KiB + 8 * KiB, bytes: new Uint8Array(sector).fill(1) },
          ]),
        },
      ],
    ],
    [
      'a metadata table that the log removes',
      'corrupt-header',
      [{ ...one, writes: [{ offset: 2 * MiB, zeros: MiB }] }],
    ],
  ];

  test.each(cases)('%s', async (_, reason, entries) => {
    const failure = await refusalOfVhdx(withLog(entries));
    expect(failure.details).toMatchObject({ reason, format: 'vhdx' });
    expect(failure.hint).not.toBe('');
  });

  test('4096 updates are not too many', async () => {
    const offsets = Array.from({ length: 4096 }, (_, i) => 4 * MiB + (i % 500) * sector);
    const bytes = withLog([
      { at: 0, writes: offsets.map((offset) => ({ offset, zeros: sector })) },
    ]);
    const sink = await decodeVhdx(bytes);
    expect(sink.read(0, 500 * sector).every((byte) => byte === 0)).toBe(true);
    expect(sink.read(500 * sector, 1)).toEqual(
      extents[0]?.bytes.slice(500 * sector, 500 * sector + 1),
    );
  });
});

test('a log of 64 MiB that is full of invalid entries is refused without much work', async () => {
  const logBytes = 64 * MiB;
  const image = { ...pristine, logOffset: 6 * MiB, bytes: new Uint8Array(6 * MiB + logBytes) };
  image.bytes.set(pristine.bytes);
  const bytes = withLog([], image, logBytes);
  const claim = encodeVhdxLogEntry({
    ...{ writes: [], sequence: 1n, guid: vhdxLogGuid, tail: 0 },
    ...{ flushedFileSize: 0, lastFileOffset: 0 },
  });
  const view = new DataView(claim.buffer);
  // Every sector begins an entry as long as the whole log, with only descriptors.
  view.setUint32(8, logBytes, true);
  view.setUint32(24, (logBytes - 64) / 32, true);
  for (let at = 64; at < sector; at += 32) {
    claim.set(Buffer.from('zero'), at);
    view.setBigUint64(at + 24, 1n, true);
  }
  for (let at = 0; at < logBytes; at += sector) bytes.set(claim, image.logOffset + at);
  const started = process.cpuUsage();
  expect((await refusalOfVhdx(bytes)).details.reason).toBe('corrupt-header');
  expect(process.cpuUsage(started).user).toBeLessThan(10_000_000);
});
