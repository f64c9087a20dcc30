import { describe, expect, test } from 'vitest';
import { tar } from '../../../formats/tar.ts';
import { isImageError } from '../../../src/kit.ts';
import { octal, padded, paxHeader, tarArchive, tarFile, tarHeader } from '../make-tar.ts';
import { entryOf, readArchive, ways } from '../read-archive.ts';
import { diskLikeBytes } from '../shared/decoding.ts';

const disk = diskLikeBytes(70_000);
const times: [number, string][] = [
  [476, '14472700000 '],
  [488, '14472700000 '],
];

/** A sparse member of old GNU tar: entries in its header, then blocks of further ones. */
function gnuSparse(entries: [number, number][], more: Uint8Array[], data: Uint8Array): Uint8Array {
  const list = entries.map(([at, length]) => Buffer.concat([octal(at, 12), octal(length, 12)]));
  const header = tarHeader({
    name: 'disk.raw',
    type: 'S',
    magic: 'gnu',
    size: data.length,
    patch: [
      [386, Buffer.concat(list)],
      [482, more.length > 0 ? '\x01' : '\0'],
      [483, octal(70_000, 12)],
    ],
  });
  return Buffer.concat([header, ...more, padded(data)]);
}

const whole: [number, number][] = [[0, 70_000]];
const four: [number, number][] = [0, 1, 2, 3].map((i) => [i * 17_500, 17_500]);
const behind = new Uint8Array(512);
behind.set(Buffer.concat([octal(70_000, 12), octal(0, 12)]));

describe.each(ways)('reads from a %s', (way) => {
  test.each<[string, string, Uint8Array[]]>([
    [
      'xstar',
      'a/b/disk.raw',
      [tarFile('disk.raw', disk, { prefix: 'a/b', patch: [...times, [508, 'tar\0']] })],
    ],
    ['xustar', 'a/b/disk.raw', [tarFile('disk.raw', disk, { prefix: 'a/b', patch: times })]],
    ['xustar without a prefix', 'disk.raw', [tarFile('disk.raw', disk, { patch: times })]],
    [
      'star before POSIX',
      'a/disk.raw',
      [
        tarFile('disk.raw', disk, {
          magic: 'v7',
          prefix: 'a',
          patch: [
            [256, '1'],
            [257, '0100000 '],
            [508, 'tar\0'],
          ],
        }),
      ],
    ],
    [
      'a long name of Solaris tar',
      'long.raw',
      [tarFile('x', '17 path=long.raw\n', { type: 'X' }), tarFile('short', disk)],
    ],
    [
      'an access list of Solaris tar',
      'disk.raw',
      [tarFile('disk.raw', 'user::rw-', { type: 'A' }), tarFile('disk.raw', disk)],
    ],
    [
      'pax records whose lengths begin with zeros',
      'long.raw',
      [
        tarFile('x', '0000000023 path=long.raw\n'.replace('23', '25'), { type: 'x' }),
        tarFile('short', disk),
      ],
    ],
    [
      'a pax size that begins with zeros',
      'disk.raw',
      [paxHeader([['size', `${'0'.repeat(30)}70000`]]), tarFile('disk.raw', disk, { size: 0 })],
    ],
    ['no further list of a sparse file', 'disk.raw', [gnuSparse(whole, [], disk)]],
    ['an empty further list', 'disk.raw', [gnuSparse(whole, [new Uint8Array(512)], disk)]],
    [
      'an empty further list after a full one',
      'disk.raw',
      [gnuSparse(four, [new Uint8Array(512)], disk)],
    ],
  ])('%s', async (_, name, members) => {
    expect(await readArchive(tar, tarArchive(...members), way)).toEqual([entryOf(name, disk)]);
  });
});

test.each<[string, string, Uint8Array]>([
  [
    'star',
    'metadata of a file alone, as star writes it',
    tarHeader({ name: 'a', type: 'I', size: 900 }),
  ],
  ['Solaris tar', 'extended attributes of Solaris tar', tarFile('a', 'x', { type: 'E' })],
  ['GNU tar', 'from another volume', tarFile('a', 'x', { type: 'M', magic: 'gnu' })],
  ['very old GNU tar', 'very old GNU tar', tarFile('a', 'x', { type: 'N', magic: 'gnu' })],
  [
    'star, sparse',
    'in the form of star',
    tarFile('a', 'x', { type: 'S', patch: [[508, 'tar\0']] }),
  ],
])('a header of %s is refused with its name', async (_, words, member) => {
  const refusal: unknown = await readArchive(tar, tarArchive(member)).catch((e: unknown) => e);
  expect(isImageError(refusal, 'ERR_UNSUPPORTED_FORMAT')).toBe(true);
  expect(refusal).toMatchObject({ message: expect.stringContaining(words) });
});

test('extents after the end of their list are refused', async () => {
  const bytes = tarArchive(gnuSparse(whole, [behind], disk));
  await expect(readArchive(tar, bytes)).rejects.toMatchObject({
    details: { reason: 'corrupt-table' },
  });
});
