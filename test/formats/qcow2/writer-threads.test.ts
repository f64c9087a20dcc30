import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { qcow2, qcow2Writer } from '../../../formats/qcow2.ts';
import type { WriteContext } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { decodeInto } from '../decode-disk.ts';
import { FileSource } from '../file-source.ts';
import { PageSink } from '../page-sink.ts';
import { RawFile, writeFileOf } from '../writing/write-file.ts';
import { content, digestOf } from './disk.ts';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
const hasQemuImg = spawnSync('qemu-img', ['--version']).status === 0;
// Two L2 tables, a last cluster that is cut, clusters that do not shrink between some that do, and zeros within extents.
const virtualSize = GiB / 2 + 9 * MiB + 512;
const extents = [
  { position: 12_345, bytes: content('text', 1, 6 * MiB) },
  { position: 7 * MiB, bytes: content('noise', 2, 200_000) },
  { position: 8 * MiB, bytes: content('text', 3, 300_000) },
  { position: 9 * MiB, bytes: new Uint8Array(2 * MiB) },
  { position: GiB / 2 - 70_000, bytes: content('noise', 4, 140_000) },
  { position: GiB / 2 + 8 * MiB, bytes: content('text', 5, MiB + 512) },
];
const expected = digestOf(virtualSize, extents);
const threads = (width: number): Pick<WriteContext, 'tasks'> => ({
  tasks: { width, run: (task) => task() },
});

let folder: string;
let disk: RawFile;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-qcow2-writer-'));
  disk = await RawFile.create(join(folder, 'disk.raw'), virtualSize, extents);
});
afterAll(async () => {
  await disk[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe.each(['none', 'zlib', 'zstd'])('compression=%s', (compression) => {
  const options = { compression };
  const at = (name: string): string => join(folder, `${compression}-${name}`);

  test('reads back equal', async () => {
    await writeFileOf(qcow2Writer, disk, at('image'), { options });
    const source = await FileSource.open(at('image'));
    const { facts } = await qcow2.open(source, decodeContext());
    expect(facts.compression).toBe(compression === 'zstd' ? 'zstd' : 'zlib');
    expect((await decodeInto(qcow2, source, new PageSink(0xee))).sha256()).toBe(expected);
    await source.close();
    if (!hasQemuImg) return;
    execFileSync('qemu-img', ['check', '-q', '-f', 'qcow2', at('image')]);
    const formats = ['-f', 'qcow2', '-F', 'raw'];
    execFileSync('qemu-img', ['compare', '-q', ...formats, at('image'), join(folder, 'disk.raw')]);
  });

  test('the file is the same with one thread, with many, and without a descriptor', async () => {
    await writeFileOf(qcow2Writer, disk, at('one'), { options, ...threads(1) });
    await writeFileOf(qcow2Writer, disk, at('many'), { options, ...threads(16) });
    const { extents: ranges, read } = disk;
    const bare = { virtualSize, extents: ranges, read: read.bind(disk) };
    await writeFileOf(qcow2Writer, bare, at('bare'), { options });
    const one = await readFile(at('one'));
    for (const name of ['many', 'bare']) {
      expect(Buffer.compare(await readFile(at(name)), one)).toBe(0);
    }
  });

  test('the file is the same if the extents of the disk are known less exactly', async () => {
    await writeFileOf(qcow2Writer, disk, at('exact'), { options });
    const coarse: [number, number][] = [
      [0, 12 * MiB],
      [GiB / 2 - MiB, 10 * MiB + 512],
    ];
    const { fd, read } = disk;
    const vague = { virtualSize, fd, extents: coarse, read: read.bind(disk) };
    await writeFileOf(qcow2Writer, vague, at('vague'), { options });
    expect(Buffer.compare(await readFile(at('vague')), await readFile(at('exact')))).toBe(0);
  });
});

test('each L2 table is before the clusters that it describes', async () => {
  await writeFileOf(qcow2Writer, disk, join(folder, 'forward'), {
    options: { compression: 'zlib' },
  });
  const file = await readFile(join(folder, 'forward'));
  const l1 = Number(file.readBigUInt64BE(40));
  expect(file.readUInt32BE(36)).toBe(2);
  for (const table of [0, 1]) {
    const l2 = Number(file.readBigUInt64BE(l1 + table * 8) & 0xff_ffff_ffff_fe00n);
    for (let entry = 0; entry < 8192; entry += 1) {
      const value = file.readBigUInt64BE(l2 + entry * 8) & 0x3f_ffff_ffff_ffffn;
      if (value !== 0n) expect(Number(value)).toBeGreaterThan(l2);
    }
  }
});

test('an abort ends the threads before the call is over', async () => {
  const stop = new AbortController();
  let [started, ended] = [0, 0];
  const onWorker = (worker: Worker): void => {
    started += 1;
    worker.once('online', () => stop.abort(new Error('enough')));
    worker.once('exit', () => {
      ended += 1;
    });
  };
  process.on('worker', onWorker);
  const { signal } = stop;
  const options = { compression: 'zlib' };
  const writing = writeFileOf(qcow2Writer, disk, join(folder, 'stopped'), { options, signal });
  await expect(writing).rejects.toThrow('enough');
  process.off('worker', onWorker);
  expect(started).toBeGreaterThan(0);
  expect(ended).toBe(started);
});

test('a disk that became shorter is an error of the disk', async () => {
  const path = join(folder, 'short.raw');
  const short = await RawFile.create(path, 4 * MiB, [
    { position: 0, bytes: content('text', 1, 4 * MiB) },
  ]);
  const handle = await open(path, 'r+');
  await handle.truncate(MiB);
  await handle.close();
  const options = { compression: 'zlib' };
  const writing = writeFileOf(qcow2Writer, short, join(folder, 'short'), { options });
  await expect(writing).rejects.toThrow('shorter');
  await short[Symbol.asyncDispose]();
});
