import { spawnSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import type { DefectReason } from '../../../src/kit.ts';
import { buildVmdkImage, type VmdkImageOptions } from '../../../src/testing/vmdk-image.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { qemuImg, qemuImgAgrees } from '../qemu-img.ts';
import { changeDescriptor, type Damage, expectRefusal, subject } from './subject.ts';

const MiB = 1024 * 1024;
const virtualSize = 40 * MiB + 1536;
const extents = [
  { position: 0, bytes: content('text', 1, MiB) },
  { position: 5 * MiB + 512, bytes: content('noise', 2, MiB / 2) },
  { position: 35 * MiB, bytes: content('text', 1, MiB / 2) },
  { position: virtualSize - 700, bytes: content('text', 3, 700) },
];

const layouts: [string, Partial<VmdkImageOptions>][] = [
  ['sparse', {}],
  ['sparse, tables spread', { tables: 'spread', tableEntries: 64 }],
  ['sparse, small grains, zeros flagged', { grainSectors: 16, zeros: 'flagged' }],
  ['stream, tables first', { variant: 'streamOptimized' }],
  ['stream, footer', { variant: 'streamOptimized', tables: 'spread' }],
  [
    'stream, footer, from the end',
    { variant: 'streamOptimized', tables: 'last', order: (list) => list.toReversed() },
  ],
];

const stream = { variant: 'streamOptimized', tables: 'spread' } as const;
const entry = ({ tableOffsets }: Parameters<Damage>[0], index: number): number =>
  (tableOffsets[0] ?? 0) + index * 4;

/** The image that qemu-img accepts silently, and its fault. */
const lenient: [string, DefectReason, Partial<VmdkImageOptions>, Damage][] = [
  [
    'a directory past the end',
    'truncated',
    {},
    ({ view }) => view.setBigUint64(56, 1n << 20n, true),
  ],
  [
    'a table past the end',
    'truncated',
    {},
    (image) => image.view.setUint32(image.directoryOffset, 0xffff_fff0, true),
  ],
  [
    'a table that is the descriptor',
    'corrupt-table',
    {},
    (image) => image.view.setUint32(image.directoryOffset, 15, true),
  ],
  [
    'a table used twice',
    'corrupt-table',
    {},
    (image) =>
      image.view.setUint32(image.directoryOffset, (image.tableOffsets[1] ?? 0) / 512, true),
  ],
  [
    'a grain past the end',
    'truncated',
    {},
    (image) => image.view.setUint32(entry(image, 0), 0xffff_fff0, true),
  ],
  [
    'a grain used twice',
    'corrupt-table',
    {},
    (image) =>
      image.view.setUint32(entry(image, 0), image.view.getUint32(entry(image, 1), true), true),
  ],
  [
    'a redundant table that disagrees',
    'corrupt-table',
    {},
    (image) => image.view.setUint32(image.copyOffsets[0] ?? 0, 0, true),
  ],
  ['line ends changed', 'corrupt-header', {}, ({ bytes }) => bytes.fill(0x0a, 75, 76)],
  [
    'another size in the descriptor',
    'corrupt-header',
    {},
    changeDescriptor((text) => text.replace('RW 8192', 'RW 9999')),
  ],
  [
    'a path as a name',
    'external-reference',
    {},
    changeDescriptor((text) => text.replace('disk.vmdk', '/etc/passwd')),
  ],
  [
    'bytes behind the descriptor',
    'corrupt-header',
    {},
    ({ bytes }) => bytes.fill(1, 10_000, 10_001),
  ],
  [
    'an unknown line in the descriptor',
    'corrupt-header',
    {},
    changeDescriptor((text) => `${text}what is this\n`),
  ],
  [
    'two extents',
    'external-reference',
    {},
    changeDescriptor((text) => text.replace(/RW .*/, '$&\n$&')),
  ],
  ['grains of 24 sectors', 'corrupt-header', {}, ({ view }) => view.setBigUint64(20, 24n, true)],
  ['an unknown flag', 'unsupported-feature', {}, ({ view }) => view.setUint32(8, 0x4_0003, true)],
  [
    'another size in the footer',
    'corrupt-header',
    stream,
    (image) => image.view.setBigUint64((image.footerOffset ?? 0) + 12, 4096n, true),
  ],
  [
    'a marker that tables do not know',
    'corrupt-table',
    stream,
    (image) => image.view.setUint32(entry(image, 0), 0, true),
  ],
  [
    'two markers for one place',
    'corrupt-table',
    stream,
    (image) => image.view.setBigUint64(image.grainOffsets.get(1) ?? 0, 0n, true),
  ],
  [
    'a marker past the end of the disk',
    'corrupt-table',
    stream,
    (image) => image.view.setBigUint64(image.grainOffsets.get(1) ?? 0, 1n << 40n, true),
  ],
];

qemuImgAgrees(
  {
    disk: vmdk,
    format: 'vmdk',
    virtualSize,
    extents,
    made: [
      ['-o', 'subformat=monolithicSparse'],
      ['-o', 'subformat=monolithicSparse,zeroed_grain=on'],
      ['-o', 'subformat=monolithicSparse,compat6=on,adapter_type=lsilogic'],
      ['-o', 'subformat=streamOptimized'],
      ['-o', 'subformat=streamOptimized,zeroed_grain=on'],
    ],
    layouts,
    build: buildVmdkImage,
  },
  ({ want, at, makeRaw, raw, ours, theirs }) => {
    test.each(['monolithicSparse', 'streamOptimized'])(
      'images whose last grain is short, full, incompressible or absent: %s',
      async (subformat) => {
        const noise = content('noise', 4, 65_536);
        for (const [size, bytes] of [
          [MiB, noise],
          [MiB + 512, noise.subarray(0, 512)],
          [MiB + 65_024, noise.subarray(0, 60_000)],
          [512, noise.subarray(0, 100)],
          [MiB, noise.subarray(0, 0)],
        ] as const) {
          const parts = [{ position: size - bytes.length, bytes: Uint8Array.from(bytes) }];
          const options = ['-O', 'vmdk', '-o', `subformat=${subformat}`];
          const source = makeRaw('end.raw', size, parts);
          qemuImg('convert', '-f', 'raw', ...options, source, at('end'));
          expect(await ours(at('end'))).toBe(digestOf(size, parts));
        }
      },
    );

    test('an image with writes in place', async () => {
      const path = at('written');
      qemuImg('create', '-q', '-f', 'vmdk', path, String(virtualSize));
      qemuImg('convert', '-f', 'raw', '-n', '-W', '-m', '16', '-O', 'vmdk', raw(), path);
      expect(await ours(path)).toBe(want);
    });

    describe('it converts images that are refused here', () => {
      test.each(lenient)('%s', async (_, reason, options, damage) => {
        const image = subject(options);
        damage(image);
        await expectRefusal(image.bytes, reason);
        writeFileSync(at('lenient'), image.bytes);
        const args = ['convert', '-f', 'vmdk', '-O', 'raw', at('lenient'), at('lenient.raw')];
        expect(spawnSync('qemu-img', args).status).toBe(0);
      });

      test('a file that ends inside its last grain', async () => {
        const { bytes } = subject();
        writeFileSync(at('cut'), bytes);
        truncateSync(at('cut'), bytes.length - 512);
        theirs(at('cut'));
        await expectRefusal(bytes.slice(0, -512), 'truncated');
      });
    });
  },
);
