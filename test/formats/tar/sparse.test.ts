import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tar } from '../../../formats/tar.ts';
import type { ArchiveEntry } from '../../../src/kit.ts';
import {
  expandSparse,
  type SparseFile,
  type SparseForm,
  sparseForms,
  sparseFrom,
  sparseMember,
} from '../make-sparse-tar.ts';
import { padded, paxHeader, tarArchive, tarFile, tarHeader } from '../make-tar.ts';
import {
  entryOf,
  readArchive,
  sourceOf,
  spoolingContext,
  verdictOn,
  type Way,
  ways,
} from '../read-archive.ts';
import { diskLikeBytes } from '../shared/decoding.ts';

const data = diskLikeBytes(2_000_000);
const piece = (length: number, from = 0): Uint8Array => data.subarray(from, from + length);
const every = (count: number, step: number, length: number): SparseFile['extents'] =>
  Array.from({ length: count }, (_, i) => [i * step, piece(length, i * 100)]);

const files: [string, SparseFile][] = [
  ['one extent at the start', { size: 100_000, extents: [[0, piece(5000)]] }],
  ['one extent at the end', { size: 100_000, extents: [[95_000, piece(5000)]] }],
  [
    'a hole between',
    {
      size: 90_000,
      extents: [
        [0, piece(512)],
        [80_000, piece(10_000, 9)],
      ],
    },
  ],
  [
    'extents side by side',
    {
      size: 3000,
      extents: [
        [512, piece(512)],
        [1024, piece(700, 99)],
      ],
    },
  ],
  ['nothing but a hole', { size: 3_000_000, extents: [] }],
  ['no hole', { size: 4096, extents: [[0, piece(4096)]] }],
  ['no byte', { size: 0, extents: [] }],
  [
    'an extent of no bytes that marks the end',
    {
      size: 5000,
      extents: [
        [0, piece(512)],
        [5000, piece(0)],
      ],
    },
  ],
  ['single bytes', { size: 200, extents: every(95, 2, 1) }],
  ['more extents than a header holds', { size: 100_000, extents: every(5, 8192, 512) }],
  ['as many as a header and a block hold', { size: 300_000, extents: every(25, 8192, 512) }],
  ['more extents than a block holds', { size: 900_000, extents: every(100, 8192, 700) }],
];

describe.each(sparseForms)('%s', (form) => {
  describe.each(ways)('from a %s', (way) => {
    test.each(files)('%s', async (_, file) => {
      const bytes = tarArchive(sparseMember('disk.raw', file, form), tarFile('next', 'x'));
      const wanted = [entryOf('disk.raw', expandSparse(file)), entryOf('next', 'x')];
      for (const pieceBytes of [777, 65_536]) {
        expect(await readArchive(tar, bytes, way, { pieceBytes })).toEqual(wanted);
      }
    });
  });

  const map = (...extents: [number, number][]): [number, number][] => extents;
  test.each<[string, string, number, [number, number][], number]>([
    ['extents that overlap', 'corrupt-table', 4096, map([0, 512], [256, 512]), 1024],
    ['extents out of order', 'corrupt-table', 4096, map([2048, 512], [0, 512]), 1024],
    ['the same extent twice', 'corrupt-table', 4096, map([0, 512], [0, 512]), 1024],
    ['an extent past the end', 'corrupt-table', 4096, map([3900, 512]), 512],
    ['a mark past the end', 'corrupt-table', 4096, map([5000, 0]), 0],
    ['more data than extents', 'corrupt-table', 4096, map([0, 512]), 1024],
    ['less data than extents', 'corrupt-table', 4096, map([0, 1024]), 512],
    ['a real size beyond the limit', 'limit', 2 ** 32, map([0, 512]), 512],
  ])('refuses %s as %s', async (_, reason, size, extents, stored) => {
    const bytes = tarArchive(sparseFrom('disk.raw', size, extents, piece(stored), form));
    for (const way of ways) {
      expect(await verdictOn(tar, bytes, way, { virtualBytes: 2 ** 31 })).toBe(reason);
    }
  });

  test('refuses more extents than the limits allow', async () => {
    const bytes = tarArchive(
      sparseMember('disk.raw', { size: 900, extents: every(40, 9, 1) }, form),
    );
    expect(await verdictOn(tar, bytes, 'file', { mapEntries: 40 })).toBe('accepted');
    expect(await verdictOn(tar, bytes, 'file', { mapEntries: 39 })).toBe('limit');
  });
});

const anyFile: fc.Arbitrary<SparseFile> = fc
  .array(fc.tuple(fc.nat(3000), fc.nat(3000)), { maxLength: 60 })
  .map((steps) => {
    const extents: SparseFile['extents'] = [];
    let size = 0;
    for (const [hole, length] of steps) {
      extents.push([size + hole, piece(length, size)]);
      size += hole + length;
    }
    return { size, extents };
  });

test('any sparse file, streamed or read anywhere, in every form', async () => {
  const ranges = fc.array(fc.tuple(fc.nat(200_000), fc.nat(20_000)), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      anyFile,
      fc.constantFrom<SparseForm>(...sparseForms),
      fc.constantFrom<Way>(...ways),
      ranges,
      async (file, form, way, positions) => {
        const whole = expandSparse(file);
        const bytes = tarArchive(sparseMember('disk.raw', file, form), tarFile('next', 'x'));
        expect(await readArchive(tar, bytes, way)).toEqual([
          entryOf('disk.raw', whole),
          entryOf('next', 'x'),
        ]);
        await eachEntry(bytes, way, async ({ name, source }) => {
          if (name === 'next') return;
          for (const [position, length] of positions) {
            const range = await source.read(position, length);
            expect(Buffer.compare(range, whole.subarray(position, position + length))).toBe(0);
          }
        });
      },
    ),
    { numRuns: 150 },
  );
});

async function eachEntry(
  bytes: Uint8Array,
  way: Way,
  use: (entry: ArchiveEntry) => Promise<void>,
): Promise<void> {
  const context = spoolingContext();
  try {
    for await (const entry of tar.entries(sourceOf(bytes, way, context), context)) {
      await use(entry);
      await entry.finish();
    }
  } finally {
    await context.close();
  }
}

describe('more extents than are allowed', () => {
  const stating = (count: number): Uint8Array => {
    const size = 2 ** 30;
    const records: [string, string][] = [
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.name', 'disk.raw'],
      ['GNU.sparse.realsize', String(size)],
    ];
    return tarArchive(paxHeader(records), tarFile('x', padded(Buffer.from(`${count}\n`))));
  };
  test.each([
    [900_000, '--limit mapEntries=900000 '],
    // No member may have more than a million.
    [1_000_001, 'no limit can be raised so far'],
  ])('%i extents: the hint says %s', async (count, hint) => {
    const reading = readArchive(tar, stating(count), 'file', { limits: { mapEntries: 1000 } });
    await expect(reading).rejects.toMatchObject({ hint: expect.stringContaining(hint) });
  });
});

describe('refuses', () => {
  const one: [string, string][] = [
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.minor', '0'],
    ['GNU.sparse.name', 'disk.raw'],
    ['GNU.sparse.realsize', '4096'],
  ];
  const mapped = (text: string, more: [string, string][] = [], type = '0'): Uint8Array =>
    tarArchive(
      paxHeader([...one, ...more]),
      tarFile('x', Buffer.concat([padded(Buffer.from(text)), piece(512)]), { type }),
    );
  const listed = (...records: [string, string][]): Uint8Array =>
    tarArchive(
      paxHeader([['GNU.sparse.size', '4096'], ...records]),
      tarFile('disk.raw', piece(512)),
    );
  const gnu = (...patch: [number, string][]): Uint8Array =>
    tarArchive(
      tarHeader({
        name: 'disk.raw',
        type: 'S',
        magic: 'gnu',
        size: 512,
        patch: [[386, '00000000000\x0000000001000\0'], [483, '00000010000\0'], ...patch],
      }),
      piece(512),
    );
  const half = '00000001000\x0000000000000\0';
  const zeros = (count: number): string => '\0'.repeat(count);

  test('none of the undamaged files that these are made from', async () => {
    expect(await verdictOn(tar, mapped('1\n0\n512\n'))).toBe('accepted');
    expect(await verdictOn(tar, listed(['GNU.sparse.map', '0,512']))).toBe('accepted');
    expect(await verdictOn(tar, gnu())).toBe('accepted');
  });

  test.each<[string, string, Uint8Array]>([
    ['a map of 10^11 extents', 'limit', mapped('99999999999\n')],
    ['a map without a number', 'corrupt-header', mapped('# comment\n1\n0\n512\n')],
    ['a map with a number that does not end', 'corrupt-header', mapped('1'.repeat(512))],
    ['a map with a sign', 'corrupt-header', mapped('1\n+0\n512\n')],
    ['a map with more extents than stated', 'corrupt-header', mapped('1\n0\n512\n600\n')],
    ['a map followed by a word', 'corrupt-header', mapped('1\n0\n512\nx')],
    ['a map longer than the stored bytes', 'corrupt-header', mapped('900\n0\n')],
    ['a map of an unknown version', 'unsupported-feature', listed(['GNU.sparse.major', '2'])],
    ['a map of version 0.2', 'unsupported-feature', listed(['GNU.sparse.minor', '2'])],
    ['an unknown record', 'unsupported-feature', mapped('1\n0\n512\n', [['GNU.sparse.x', '1']])],
    ['a record twice', 'corrupt-header', mapped('1\n0\n512\n', [['GNU.sparse.name', 'b']])],
    ['two forms at once', 'corrupt-header', mapped('1\n0\n512\n', [['GNU.sparse.map', '0,512']])],
    ['an old GNU member with records as well', 'corrupt-header', mapped('1\n0\n512\n', [], 'S')],
    ['a folder with records', 'corrupt-header', mapped('1\n0\n512\n', [], '5')],
    [
      'records without a size',
      'corrupt-header',
      tarArchive(paxHeader([['GNU.sparse.map', '']]), tarFile('x', '')),
    ],
    ['records without a map', 'corrupt-header', listed(['GNU.sparse.minor', '1'])],
    ['half an extent in a list', 'corrupt-header', listed(['GNU.sparse.map', '0,512,600'])],
    ['an empty number in a list', 'corrupt-header', listed(['GNU.sparse.map', '0,'])],
    [
      'a length before its offset',
      'corrupt-header',
      listed(['GNU.sparse.numbytes', '512'], ['GNU.sparse.offset', '0']),
    ],
    ['an offset without a length', 'corrupt-header', listed(['GNU.sparse.offset', '0'])],
    [
      'another number of extents',
      'corrupt-header',
      listed(['GNU.sparse.numblocks', '2'], ['GNU.sparse.map', '0,512']),
    ],
    ['half an extent in a header', 'corrupt-table', gnu([410, '00000001000\0'])],
    [
      'an extent after the end of the list',
      'corrupt-table',
      gnu([434, '00000001000\x0000000000000\0']),
    ],
    ['letters in an extent', 'corrupt-header', gnu([386, 'x'])],
    ['stored data without extents', 'corrupt-table', gnu([386, zeros(24)])],
    [
      'a missing further list, after one that ended',
      'truncated',
      gnu([482, '\x01']).subarray(0, 512),
    ],
    [
      'missing further extents',
      'truncated',
      gnu([386, half.repeat(4)], [482, '\x01']).subarray(0, 512),
    ],
  ])('%s as %s', async (_, reason, bytes) => {
    for (const way of ways) expect(await verdictOn(tar, bytes, way)).toBe(reason);
  });
});
