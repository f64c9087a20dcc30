import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Qcow2ImageOptions, writeQcow2Image } from '../../../src/testing/qcow2-image.ts';
import { FileSource } from '../file-source.ts';
import { PageSink } from '../page-sink.ts';
import { content, decodeQcow2, digestOf } from './disk.ts';

const qemuImg = spawnSync('qemu-img', ['--version']).status === 0;
const title = qemuImg ? 'with qemu-img' : 'with qemu-img (skipped: it is not installed)';
const folder = mkdtempSync(join(tmpdir(), 'qcow2-oracle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MiB = 1024 * 1024;
const virtualSize = 24 * MiB + 1536;
const extents = [
  { position: 0, bytes: content('text', 1, 3 * MiB) },
  { position: 5 * MiB + 512, bytes: content('noise', 2, 2 * MiB) },
  { position: 9 * MiB, bytes: content('text', 1, MiB) },
  { position: virtualSize - 700, bytes: content('text', 3, 700) },
];
const want = digestOf(virtualSize, extents);

async function decodeFile(path: string): Promise<PageSink> {
  const source = await FileSource.open(path);
  try {
    return await decodeQcow2(source, new PageSink());
  } finally {
    await source.close();
  }
}

function run(...args: string[]): void {
  execFileSync('qemu-img', args, { stdio: 'pipe' });
}

describe.runIf(qemuImg)(title, () => {
  const raw = join(folder, 'disk.raw');
  if (qemuImg) {
    const disk = new Uint8Array(virtualSize);
    for (const { position, bytes } of extents) disk.set(bytes, position);
    writeFileSync(raw, disk);
  }

  test.each([
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
  ])('an image that it made reads as it was: %s %s %s', async (...options) => {
    const path = join(folder, 'made.qcow2');
    run('convert', '-O', 'qcow2', ...options.filter((option) => option !== undefined), raw, path);
    expect((await decodeFile(path)).sha256()).toBe(want);
  });

  test('an image resized after conversion keeps its data', async () => {
    const path = join(folder, 'resized.qcow2');
    run('convert', '-O', 'qcow2', '-c', '-o', 'cluster_size=4K', raw, path);
    run('resize', '-q', path, '256M');
    const sink = await decodeFile(path);
    expect(sink.sizeBytes).toBe(256 * MiB);
    expect(sink.sha256()).toBe(digestOf(256 * MiB, extents));
  });

  test.each<[string, Partial<Qcow2ImageOptions>]>([
    ['version 2', { version: 2 }],
    ['small clusters, zlib', { clusterBits: 9, compression: 'zlib' }],
    ['tables at the end, zstd', { l1: 'last', l2: 'last', compression: 'zstd' }],
    ['extended L2', { clusterBits: 14, extendedL2: true, zeros: 'preallocated' }],
    ['shared clusters, from the end', { share: true, order: (list) => list.toReversed() }],
  ])('an image of the test writer is sound and reads the same: %s', async (name, layout) => {
    const path = join(folder, `${name}.qcow2`);
    const out = join(folder, `${name}.raw`);
    await writeQcow2Image(path, { virtualSize, extents, ...layout });
    run('check', '-q', path);
    run('convert', '-O', 'raw', path, out);
    expect(createHash('sha256').update(readFileSync(out)).digest('hex')).toBe(want);
    expect((await decodeFile(path)).sha256()).toBe(want);
  });
});
