import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { qcow2 } from '../../../formats/qcow2.ts';
import { GrowingFile } from '../../../src/bytes/growing-file.ts';
import { SparseFile } from '../../../src/bytes/sparse-file.ts';
import { type DecodeContext, isImageError } from '../../../src/kit.ts';
import { buildQcow2Image, type Qcow2ImageOptions } from '../../../src/testing/qcow2-image.ts';
import { decodeContext } from '../decode-context.ts';
import { content, digestOf } from './disk.ts';

const MiB = 1024 * 1024;
// Its last cluster extends past its end.
const virtualSize = 48 * MiB - 512;
const extents = [
  { position: 0, bytes: withHoles(content('text', 1, 24 * MiB)) },
  { position: 30 * MiB, bytes: content('noise', 2, 2 * MiB) },
  { position: virtualSize - 4 * MiB, bytes: content('text', 3, 4 * MiB) },
];
const expected = digestOf(virtualSize, extents);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-threads-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Zeros within, at the start and at the end of clusters, and clusters of zeros except for one byte. */
function withHoles(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < bytes.length; at += 7 * 4096) bytes.fill(0, at, at + 3 * 4096);
  bytes.fill(0, 4 * MiB, 6 * MiB);
  for (let at = 4 * MiB; at < 6 * MiB; at += 64 * 1024) bytes[at + 40_000] = 1;
  return bytes;
}

const image = buildQcow2Image({ virtualSize, extents, compression: 'zlib' });

/** A disk in a new file; counts the bytes that do not pass through the sink. */
class Disk {
  written = 0;
  readonly sink: SparseFile;
  readonly handle: FileHandle;

  constructor(handle: FileHandle, maxDataBytes = Number.POSITIVE_INFINITY, maxFillBytes = 0) {
    this.handle = handle;
    const write = async (...call: [Uint8Array, number, number, number]) => {
      this.written += call[2];
      return await handle.write(...call);
    };
    const target = { fd: handle.fd, write, truncate: (bytes: number) => handle.truncate(bytes) };
    const bounds = { maxBytes: virtualSize, maxDataBytes: () => maxDataBytes, maxFillBytes };
    this.sink = new SparseFile(target, bounds);
  }

  static async create(maxDataBytes?: number, maxFillBytes?: number): Promise<Disk> {
    const path = join(folder, 'disk');
    await rm(path, { force: true });
    return new Disk(await open(path, 'wx+'), maxDataBytes, maxFillBytes);
  }

  async sha256(): Promise<string> {
    const hash = createHash('sha256');
    const whole = GrowingFile.whole(this.handle, (await this.handle.stat()).size);
    for await (const chunk of whole.stream()) hash.update(chunk);
    return hash.digest('hex');
  }
}

async function decode(
  bytes: Uint8Array,
  disk: Disk,
  context: DecodeContext = decodeContext(),
): Promise<void> {
  const path = join(folder, 'image');
  await writeFile(path, bytes);
  const handle = await open(path, 'r');
  try {
    const opened = await qcow2.open(GrowingFile.whole(handle, bytes.length), context);
    await opened.copyTo(disk.sink);
  } finally {
    await handle.close();
  }
}

describe('from file to file', () => {
  const kinds: [string, Partial<Qcow2ImageOptions>][] = [
    ['zlib', {}],
    ['zstd', { compression: 'zstd' }],
    ['zlib, clusters of 4 KiB', { clusterBits: 12 }],
    ['zstd, clusters of 2 MiB', { compression: 'zstd', clusterBits: 21 }],
    ['zlib, out of order', { order: (clusters) => clusters.toReversed() }],
  ];
  test.each(kinds)('%s', async (_, options) => {
    const disk = await Disk.create();
    const { bytes } = buildQcow2Image({ virtualSize, extents, compression: 'zlib', ...options });
    await decode(bytes, disk);
    expect(await disk.sha256()).toBe(expected);
    // Threads wrote everything except the noise, which does not compress and may form its own batch.
    expect(disk.written).toBeLessThanOrEqual(2 * MiB);
    await disk.handle.close();
  });

  test('leaves holes for zeros, and knows the places of data', async () => {
    const disk = await Disk.create();
    await decode(image.bytes, disk);
    expect(disk.sink.dataBytes).toBeLessThan(20 * MiB);
    expect((await disk.handle.stat()).blocks * 512).toBeLessThan(20 * MiB);
    expect(disk.sink.extents().at(-1)).toEqual([virtualSize - 4 * MiB - 65_024, 4 * MiB + 65_024]);
    await disk.handle.close();
  });
});

test('a damaged cluster is refused in the same way as without threads', async () => {
  const bytes = Uint8Array.from(image.bytes);
  const cluster = image.dataOffsets.get(300) ?? 0;
  bytes.fill(0xff, cluster + 200, cluster + 300);
  const disk = await Disk.create();
  await expect(decode(bytes, disk)).rejects.toMatchObject({ details: { reason: 'corrupt-data' } });
  await disk.handle.close();
});

test('the limit on data also applies to bytes that threads write', async () => {
  const disk = await Disk.create(8 * MiB);
  await expect(decode(image.bytes, disk)).rejects.toSatisfy((error) =>
    isImageError(error, 'ERR_LIMIT'),
  );
  expect(disk.sink.dataBytes).toBeLessThan(16 * MiB);
  await disk.handle.close();
});

test('erased flash that threads write is counted as such', async () => {
  const whole = await Disk.create();
  await decode(image.bytes, whole);
  const { dataBytes } = whole.sink;
  await whole.handle.close();
  const fill = { position: 26 * MiB, bytes: new Uint8Array(512 * 1024).fill(0xff) };
  const erased = buildQcow2Image({
    virtualSize,
    extents: [...extents, fill],
    compression: 'zlib',
  });
  for (const [maxFillBytes, isRefused] of [
    [MiB, false],
    [0, true],
  ] as const) {
    const disk = await Disk.create(dataBytes, maxFillBytes);
    const decoding = decode(erased.bytes, disk);
    if (isRefused) await expect(decoding).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    else await decoding;
    await disk.handle.close();
  }
});

test('an abort ends the threads before the call is over', async () => {
  const stop = new AbortController();
  const disk = await Disk.create();
  const settled = disk.sink.file?.settled ?? (() => {});
  Object.assign(disk.sink.file ?? {}, {
    settled(bytes: number) {
      stop.abort(new Error('enough'));
      settled(bytes);
    },
  });
  let [started, ended] = [0, 0];
  const onWorker = (worker: Worker): void => {
    started += 1;
    worker.once('exit', () => {
      ended += 1;
    });
  };
  process.on('worker', onWorker);
  const { signal } = stop;
  await expect(decode(image.bytes, disk, decodeContext({ signal }))).rejects.toThrow('enough');
  process.off('worker', onWorker);
  expect(started).toBeGreaterThan(0);
  expect(ended).toBe(started);
  await disk.handle.close();
});

test('a file that is still growing', async () => {
  const { bytes } = image;
  const handle = await open(join(folder, 'growing'), 'w+');
  const source = new GrowingFile(handle, bytes.length);
  const disk = await Disk.create();
  const decoding = qcow2.open(source, decodeContext()).then(({ copyTo }) => copyTo(disk.sink));
  for (let at = 0; at < bytes.length; at += 777_777) {
    await source.append(bytes.subarray(at, at + 777_777));
  }
  source.end();
  await decoding;
  expect(await disk.sha256()).toBe(expected);
  await Promise.all([handle.close(), disk.handle.close()]);
});

test('a process that may not start threads decodes without them', async () => {
  const [input, output] = [join(folder, 'input.qcow2'), join(folder, 'output.raw')];
  await writeFile(input, image.bytes);
  const cli = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
  const allowed = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', '--no-warnings'];
  const { status, stderr } = spawnSync(
    process.execPath,
    [...allowed, cli, 'convert', input, output],
    {
      encoding: 'utf8',
    },
  );
  expect(stderr).not.toContain('ERR_');
  expect(status).toBe(0);
  const handle = await open(output, 'r');
  expect(await new Disk(handle).sha256()).toBe(expected);
  await handle.close();
});
