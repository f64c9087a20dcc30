import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GrowingFile } from '../../src/bytes/growing-file.ts';
import { EarlyRanges } from '../../src/download/early-ranges.ts';
import { hashPass } from '../../src/download/hash-pass.ts';
import type { Body } from '../../src/http/client.ts';

const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7) % 251));
const signal = new AbortController().signal;

let folder: string;
let handle: FileHandle;
let file: GrowingFile;
let early: EarlyRanges;
let asked: [number, number][];
let answer: (start: number, end: number) => AsyncIterable<Uint8Array>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-early-'));
  handle = await open(join(folder, 'f'), 'wx+');
  file = new GrowingFile(handle, bytes.length);
  early = new EarlyRanges(file, 'disk.img', signal);
  asked = [];
  answer = async function* (start, end) {
    yield bytes.subarray(start, start + 1);
    yield bytes.subarray(start + 1, end);
  };
});
afterEach(async () => {
  await handle.close();
  await rm(folder, { recursive: true });
});

/** A server that sends parts of the file. */
function serve(): void {
  const part: Body['part'] = (start, end) => {
    asked.push([start, end]);
    return answer(start, end);
  };
  const body: Body = {
    finalUrl: new URL('https://images.example/'),
    mirrored: false,
    sizeBytes: bytes.length,
    validators: { etag: '"one"' },
    chunks: answer(0, bytes.length),
    isContinued: () => false,
    part,
    close: () => {},
  };
  early.from(Promise.resolve(body));
}

function pass(): Promise<unknown> {
  return hashPass({ file, early, signal }, [], false);
}

/** Delivers the rest, and reads all of it in order. */
async function finish(): Promise<void> {
  await file.append(bytes.subarray(file.readyBytes));
  file.end();
  await pass();
}

test('a range is fetched before its turn, and compared with the sequential read', async () => {
  serve();
  await file.append(bytes.subarray(0, 100));
  expect(await file.ahead?.(500, 50)).toEqual(bytes.subarray(500, 550));
  // Overlapping ranges, and one beyond the end of the file.
  expect(await file.ahead?.(520, 100)).toEqual(bytes.subarray(520, 620));
  expect(await file.ahead?.(990, 100)).toEqual(bytes.subarray(990));
  expect(asked).toEqual([
    [500, 550],
    [520, 620],
    [990, 1000],
  ]);
  await finish();
});

test('bytes that have arrived are not requested', async () => {
  serve();
  await file.append(bytes.subarray(0, 100));
  expect(await file.ahead?.(20, 80)).toEqual(bytes.subarray(20, 100));
  expect(await file.ahead?.(90, 20)).toEqual(bytes.subarray(90, 110));
  expect(asked).toEqual([[100, 110]]);
  await finish();
});

test('bytes that arrive during the request are taken from the file', async () => {
  await file.append(bytes.subarray(0, 100));
  answer = async function* (start, end) {
    await file.append(bytes.subarray(100, 520));
    yield Buffer.alloc(20, 255);
    yield bytes.subarray(start + 20, end);
  };
  serve();
  expect(await file.ahead?.(500, 50)).toEqual(bytes.subarray(500, 550));
  await finish();
});

test('content that differs from the sequential read is ERR_DIGEST', async () => {
  answer = async function* (start, end) {
    const other = Buffer.from(bytes.subarray(start, end));
    other[other.length - 1] = 255;
    yield other;
  };
  serve();
  expect(await file.ahead?.(500, 50)).toHaveLength(50);
  await expect(finish()).rejects.toMatchObject({
    code: 'ERR_DIGEST',
    exitCode: 5,
    details: { reason: 'early-bytes-differ' },
  });
});

test('a range after the real end of the file is ERR_DIGEST', async () => {
  serve();
  await file.ahead?.(900, 100);
  await file.append(bytes.subarray(0, 950));
  file.end();
  await expect(pass()).rejects.toMatchObject({ details: { reason: 'early-bytes-differ' } });
});

test('no more than 64 MiB are held, and the room is freed again', async () => {
  const MiB = 1024 ** 2;
  const long = new GrowingFile(handle, 200 * MiB);
  early = new EarlyRanges(long, 'disk.img', signal);
  answer = async function* (start, end) {
    for (let at = start; at < end; at += MiB) yield Buffer.alloc(Math.min(MiB, end - at));
  };
  serve();
  expect(await long.ahead?.(100 * MiB, 40 * MiB)).toHaveLength(40 * MiB);
  await expect(long.ahead?.(150 * MiB, 25 * MiB)).rejects.toMatchObject({ code: 'ERR_NETWORK' });
  expect(await long.ahead?.(150 * MiB, 24 * MiB)).toHaveLength(24 * MiB);
  await handle.truncate(145 * MiB);
  for (let at = 0; at < 145; at += 1) early.compare(at * MiB, Buffer.alloc(MiB));
  expect(await long.ahead?.(175 * MiB, 25 * MiB)).toHaveLength(25 * MiB);
});

test('an answer that is too short, a failure and a server without ranges are errors that hold nothing', async () => {
  serve();
  answer = async function* (start) {
    yield bytes.subarray(start, start + 1);
  };
  await expect(file.ahead?.(500, 50)).rejects.toMatchObject({ code: 'ERR_NETWORK' });
  // biome-ignore lint/correctness/useYield: it fails before the first byte
  answer = async function* () {
    throw new Error('cut');
  };
  await expect(file.ahead?.(500, 50)).rejects.toThrow('cut');
  const { ahead } = file;
  early.stop();
  expect(file.ahead).toBeUndefined();
  await expect(ahead?.(500, 50)).rejects.toMatchObject({ code: 'ERR_NETWORK' });
  await finish();
});
