import { expect, test } from 'vitest';
import { qcow2 } from '../../../formats/qcow2.ts';
import { buildQcow2Image, type Qcow2ImageOptions } from '../../../src/testing/qcow2-image.ts';
import { qemuImg, qemuImgAgrees } from '../qemu-img.ts';
import { content, digestOf } from './disk.ts';

const MiB = 1024 * 1024;
const virtualSize = 24 * MiB + 1536;
const extents = [
  { position: 0, bytes: content('text', 1, 3 * MiB) },
  { position: 5 * MiB + 512, bytes: content('noise', 2, 2 * MiB) },
  { position: 9 * MiB, bytes: content('text', 1, MiB) },
  { position: virtualSize - 700, bytes: content('text', 3, 700) },
];

const layouts: [string, Partial<Qcow2ImageOptions>][] = [
  ['version 2', { version: 2 }],
  ['small clusters, zlib', { clusterBits: 9, compression: 'zlib' }],
  ['tables at the end, zstd', { l1: 'last', l2: 'last', compression: 'zstd' }],
  ['extended L2', { clusterBits: 14, extendedL2: true, zeros: 'preallocated' }],
  ['shared clusters, from the end', { share: true, order: (list) => list.toReversed() }],
];

qemuImgAgrees(
  {
    disk: qcow2,
    format: 'qcow2',
    virtualSize,
    extents,
    made: [
      ['-o', 'compat=1.1'],
      ['-o', 'compat=0.10'],
      ['-o', 'compat=0.10', '-c'],
      ['-c'],
      ['-c', '-W', '-m', '16'],
      ['-c', '-o', 'compression_type=zstd'],
      ['-c', '-o', 'cluster_size=4K'],
      ['-c', '-o', 'cluster_size=2M,compression_type=zstd'],
      ['-o', 'cluster_size=512'],
      ['-o', 'cluster_size=2M'],
      ['-o', 'extended_l2=on'],
      ['-c', '-o', 'extended_l2=on,cluster_size=16K'],
      ['-o', 'preallocation=metadata'],
      ['-o', 'preallocation=falloc,cluster_size=16K'],
      ['-o', 'preallocation=full,lazy_refcounts=on'],
      ['-o', 'refcount_bits=1'],
    ],
    layouts,
    build: buildQcow2Image,
    canCheck: true,
  },
  ({ at, raw, ours }) => {
    test('an image resized after conversion keeps its data', async () => {
      const path = at('resized');
      qemuImg('convert', '-f', 'raw', '-O', 'qcow2', '-c', '-o', 'cluster_size=4K', raw(), path);
      qemuImg('resize', '-q', path, '256M');
      expect(await ours(path)).toBe(digestOf(256 * MiB, extents));
    });
  },
);
