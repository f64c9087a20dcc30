import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { lz4Thread } from '../../../formats/lz4/block-thread.ts';
import { blockSlackBytes, unpackLz4Block } from '../../../formats/lz4/decode-block.ts';
import { dataAt, formatMixer } from '../../../formats/lz4/mix-stripes.ts';
import { xxHash32 } from '../../../formats/lz4/xxhash32.ts';
import { lz4 } from '../../../formats/lz4.ts';
import { openBlockScan } from '../../../formats/shared/blocks/block-scan.ts';
import { GrowingFile } from '../../../src/bytes/growing-file.ts';
import { SparseFile } from '../../../src/bytes/sparse-file.ts';
import { digestBlocks } from '../../../src/cache/digest/content-digest.ts';
import { HeldEnd } from '../../../src/image/held-end.ts';
import type { DecodeContext } from '../../../src/kit.ts';
import { hashDisk } from '../../cache/digest/hash-disk.ts';
import { decodeContext } from '../decode-context.ts';
import { diskLikeBytes } from '../shared/decoding.ts';
import { frameBlock, type Lz4Options, makeLz4, makeLz4Frame, sequenceOf } from './make-lz4.ts';

const MiB = 1024 * 1024;
const line = Uint8Array.from(Buffer.from('a line of text\n'));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-lz4-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Part {
  content: Uint8Array;
  block: Uint8Array;
}

/** A pattern over and over, packed. */
function repeated(pattern: Uint8Array, length: number): Part {
  const content = new Uint8Array(length);
  for (let at = 0; at < length; at += pattern.length) {
    content.set(pattern.subarray(0, length - at), at);
  }
  const packed = [
    ...sequenceOf(pattern, pattern.length, length - pattern.length - 5),
    ...sequenceOf(content.subarray(-5)),
  ];
  return { content, block: frameBlock(Uint8Array.from(packed), false) };
}

/** Noise, text and zeros in turns, stored. */
function stored(length: number, seed: number): Part {
  const content = diskLikeBytes(length, seed);
  return { content, block: frameBlock(content, true) };
}

/** Blocks of a size, the last one shorter; the file is worth threads. */
function parts(blockBytes: number): Part[] {
  const kinds = [
    (i: number) => stored(blockBytes, i + 1),
    () => repeated(new Uint8Array(1), blockBytes),
    () => repeated(line, blockBytes),
    (i: number) => stored(blockBytes, i + 1),
  ];
  const count = (24 * MiB) / blockBytes;
  const blocks = Array.from({ length: count }, (_, i) => kinds[i % 4]?.(i) ?? stored(1, 1));
  return [...blocks, stored(70_003, 99)];
}

function frame(made: readonly Part[], options: Lz4Options): { file: Buffer; content: Buffer } {
  const content = Buffer.concat(made.map((part) => part.content));
  const blocks = made.map(({ block }) => block);
  return { file: Buffer.from(makeLz4Frame(blocks, xxHash32(content), options)), content };
}

/** Decodes into a new file; what went past the sink, and how many blocks threads digested. */
async function decode(
  file: Uint8Array,
  context: DecodeContext = decodeContext(),
  onSettled: () => void = () => {},
): Promise<{ passed: number; digests: Map<number, Uint8Array>; bytes: Buffer; path: string }> {
  const [path, diskPath] = [join(folder, 'image'), join(folder, 'disk')];
  await writeFile(path, file);
  await rm(diskPath, { force: true });
  const [handle, disk] = [await open(path, 'r'), await open(diskPath, 'wx+')];
  let passed = 0;
  const write = async (...call: [Uint8Array, number, number, number]) => {
    passed += call[2];
    return await disk.write(...call);
  };
  const target = { fd: disk.fd, write, truncate: (bytes: number) => disk.truncate(bytes) };
  const digests = new Map<number, Uint8Array>();
  const bounds = { maxBytes: context.limits.virtualBytes };
  const sink = new SparseFile(
    target,
    bounds,
    onSettled,
    () => {},
    (at, sha256) => digests.set(at, sha256),
  );
  try {
    await lz4.copyTo?.(GrowingFile.whole(handle, file.length), sink, context);
    return { passed, digests, bytes: await readAll(disk), path: diskPath };
  } finally {
    await handle.close();
    await disk.close();
  }
}

async function readAll(handle: FileHandle): Promise<Buffer> {
  const bytes = Buffer.alloc((await handle.stat()).size);
  await handle.read(bytes, 0, bytes.length, 0);
  return bytes;
}

describe('blocks that are independent are decoded, hashed and written by threads', () => {
  const sizes: [string, number, Lz4Options][] = [
    ['4 MiB', 4 * MiB, { blockSize: 7 }],
    ['1 MiB', MiB, { blockSize: 6 }],
    ['256 KiB', MiB / 4, { blockSize: 5 }],
    ['4 MiB, no checksum', 4 * MiB, { blockSize: 7, contentChecksum: false }],
  ];
  test.each(sizes)('%s', async (_, blockBytes, options) => {
    const made = parts(blockBytes);
    const { file, content } = frame(made, options);
    const { passed, digests, bytes, path } = await decode(file);
    expect(bytes.equals(content)).toBe(true);
    // Only the last block passes the main thread.
    expect(passed).toBeLessThanOrEqual(70_003);
    // The last block of the disk is not whole, and those of zeros have no digest.
    const last = Math.floor(content.length / MiB) * MiB;
    const all = new Map([...digests].sort(([a], [b]) => a - b));
    all.set(last, createHash('sha256').update(content.subarray(last)).digest());
    expect(digestBlocks(all, content.length)).toBe(await hashDisk(path));
  });
});

test('a thread writes at most 256 KiB at once', async () => {
  const content = randomBytes(4 * MiB);
  const block = frameBlock(content, true);
  const path = join(folder, 'block');
  await writeFile(path, block);
  const handle = await open(path, 'r');
  const written: [length: number, position: number][] = [];
  const writeSync = (_fd: number, _bytes: unknown, _at: number, length: number, to: number) => {
    written.push([length, to]);
    return length;
  };
  const port = new EventEmitter();
  const answered = vi.fn();
  const work = {
    ...{ sourceFd: handle.fd, sinkFd: -1, digests: false, blockBytes: 4 * MiB, checked: true },
    ...{ jobBytes: 4 * MiB, slackBytes: blockSlackBytes, mixer: formatMixer(), dataAt },
    turns: new Int32Array(new SharedArrayBuffer(36)),
  };
  const modules: Record<string, object> = {
    'node:fs': { readSync, writeSync },
    'node:crypto': { createHash },
    'node:worker_threads': {
      parentPort: Object.assign(port, { postMessage: answered }),
      workerData: work,
    },
  };
  const spy = vi
    .spyOn(process, 'getBuiltinModule')
    .mockImplementation((name: string) => modules[name]);
  try {
    lz4Thread(unpackLz4Block, openBlockScan);
    port.emit('message', { index: 0, start: 0, end: block.length, count: 1, position: 8 * MiB });
  } finally {
    spy.mockRestore();
    await handle.close();
  }
  expect(answered).toHaveBeenCalledWith(
    expect.objectContaining({ written: [8 * MiB, content.length] }),
  );
  expect(written).toEqual(Array.from({ length: 16 }, (_, i) => [MiB / 4, 8 * MiB + (i * MiB) / 4]));
});

test('a checksum that does not match is refused', async () => {
  const { file } = frame(parts(4 * MiB), { blockSize: 7, checksum: 1 });
  await expect(decode(file)).rejects.toMatchObject({ details: { reason: 'checksum', offset: 0 } });
});

test('a damaged block is refused as it is without threads', async () => {
  const made = parts(MiB);
  const bad = {
    content: new Uint8Array(MiB),
    block: frameBlock(Uint8Array.of(0x10, 1, 0, 0), false),
  };
  made.splice(10, 1, bad);
  const { file } = frame(made, { blockSize: 6 });
  await expect(decode(file)).rejects.toMatchObject({
    details: { reason: 'corrupt-data' },
    message: expect.stringContaining('refers to bytes that are not there'),
  });
});

test('a file that is cut is refused as truncated', async () => {
  const { file } = frame(parts(MiB), { blockSize: 6 });
  await expect(decode(file.subarray(0, file.length - 900_000))).rejects.toMatchObject({
    details: { reason: 'truncated' },
  });
});

test('a block in the middle that is not full is decoded all the same, and so is what follows', async () => {
  const made = parts(MiB);
  made.splice(9, 0, repeated(line, 300_001));
  const { file, content } = frame(made, { blockSize: 6 });
  const more = diskLikeBytes(50_000, 5);
  const { bytes, passed } = await decode(Buffer.concat([file, makeLz4(more)]));
  expect(bytes.equals(Buffer.concat([content, more]))).toBe(true);
  // Threads wrote what lies before it.
  expect(passed).toBeLessThanOrEqual(content.length - 6 * MiB);
});

test('the bound on the disk holds', async () => {
  const { file } = frame(parts(MiB), { blockSize: 6 });
  const limits = { virtualBytes: 10 * MiB };
  await expect(decode(file, decodeContext({ limits }))).rejects.toMatchObject({
    code: 'ERR_LIMIT',
  });
});

test('an abort ends the threads before the call is over', async () => {
  const stop = new AbortController();
  let [started, ended] = [0, 0];
  const onWorker = (worker: Worker): void => {
    started += 1;
    worker.once('exit', () => {
      ended += 1;
    });
  };
  process.on('worker', onWorker);
  const { file } = frame(parts(MiB), { blockSize: 6 });
  const decoding = decode(file, decodeContext({ signal: stop.signal }), () =>
    stop.abort(new Error('enough')),
  );
  await expect(decoding).rejects.toThrow('enough');
  process.off('worker', onWorker);
  expect(started).toBeGreaterThan(0);
  expect(ended).toBe(started);
});

test('what a thread cannot write is written by the main thread, or fails there', async () => {
  const { file } = frame(parts(MiB), { blockSize: 6 });
  const path = join(folder, 'input');
  await writeFile(path, file);
  const handle = await open(path, 'r');
  const wrote: number[] = [];
  // Open for reading: no thread can write to it.
  const sink = {
    zeroed: true,
    file: { fd: handle.fd, wrote: () => {}, settled: () => {} },
    setSize: async () => {},
    zero: async () => {},
    write: async (position: number) => {
      wrote.push(position);
      throw new Error('no space');
    },
  };
  const source = GrowingFile.whole(handle, file.length);
  await expect(lz4.copyTo?.(source, sink, decodeContext())).rejects.toThrow('no space');
  expect(wrote[0]).toBe(0);
  await handle.close();
});

test('the end of the disk is kept back where it may be a footer', async () => {
  const { file, content } = frame(parts(MiB), { blockSize: 6 });
  const [path, diskPath] = [join(folder, 'footed'), join(folder, 'held')];
  await writeFile(path, file);
  const [handle, disk] = [await open(path, 'r'), await open(diskPath, 'wx+')];
  const held = new HeldEnd(new SparseFile(disk, { maxBytes: content.length }));
  await lz4.copyTo?.(GrowingFile.whole(handle, file.length), held, decodeContext());
  expect(Buffer.from(held.end(512)).equals(content.subarray(-512))).toBe(true);
  await held.finish(content.length - 512);
  expect((await readAll(disk)).equals(content.subarray(0, -512))).toBe(true);
  await Promise.all([handle.close(), disk.close()]);
});

test('a file that is still growing', async () => {
  const { file, content } = frame(parts(MiB), { blockSize: 6 });
  const [handle, disk] = [
    await open(join(folder, 'growing'), 'w+'),
    await open(join(folder, 'grown'), 'w+'),
  ];
  const source = new GrowingFile(handle);
  const sink = new SparseFile(disk, { maxBytes: content.length });
  const decoding = lz4.copyTo?.(source, sink, decodeContext());
  for (let at = 0; at < file.length; at += 777_777) {
    await source.append(file.subarray(at, at + 777_777));
  }
  source.end();
  await decoding;
  expect((await readAll(disk)).equals(content)).toBe(true);
  await Promise.all([handle.close(), disk.close()]);
});
