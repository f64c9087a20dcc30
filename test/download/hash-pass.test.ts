import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GrowingFile } from '../../src/bytes/growing-file.ts';
import { EarlyRanges } from '../../src/download/early-ranges.ts';
import { hashPass } from '../../src/download/hash-pass.ts';
import type { Body } from '../../src/http/client.ts';
import type { StreamCheck } from '../../src/kit.ts';

const MiB = 1024 * 1024;
const bytes = randomBytes(12 * MiB + 345);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const sha512 = createHash('sha512').update(bytes).digest('hex');
const signal = new AbortController().signal;

let folder: string;
let handle: FileHandle;
let file: GrowingFile;
let early: EarlyRanges;
/** Reads that pass through the main thread. */
let reads: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-hash-'));
  handle = await open(join(folder, 'f'), 'wx+');
  file = new GrowingFile(handle, bytes.length);
  early = new EarlyRanges(file, 'disk.img', signal);
  reads = 0;
  const read = handle.read.bind(handle);
  vi.spyOn(handle, 'read').mockImplementation((...parameters: Parameters<typeof read>) => {
    reads += 1;
    return read(...parameters);
  });
});
afterEach(async () => {
  await handle.close();
  await rm(folder, { recursive: true });
});

async function arrive(data: Uint8Array = bytes): Promise<void> {
  for (let at = 0; at < data.length; at += 700_001) {
    await file.append(data.subarray(at, at + 700_001));
  }
  file.end();
}

async function pass(wantsSha512 = false, checks: StreamCheck[] = []): Promise<unknown> {
  const [digests] = await Promise.all([
    hashPass({ file, early, signal }, checks, wantsSha512),
    arrive(),
  ]);
  return digests;
}

/** A server that sends `start` to `end` of its bytes. */
function serve(data: Uint8Array): void {
  const part: Body['part'] = async function* (start, end) {
    yield data.subarray(start, end);
  };
  const body = { finalUrl: new URL('https://a.example/'), mirrored: false, validators: {}, part };
  const rest = { sizeBytes: data.length, isContinued: () => false, close: () => {} };
  early.from(Promise.resolve({ ...body, ...rest, chunks: part(0, 0) }));
}

test('a long file is hashed without one read in the main thread', async () => {
  expect(await pass()).toEqual({ sha256 });
  expect(reads).toBe(0);
});

test('sha512 is computed if it is needed', async () => {
  expect(await pass(true)).toEqual({ sha256, sha512 });
  expect(reads).toBe(0);
});

test('a check gets every byte, and a short file needs no thread', async () => {
  const seen = createHash('sha256');
  const check: StreamCheck = {
    update: (chunk) => void seen.update(chunk),
    finish: () => Promise.reject(new Error('is not asked here')),
  };
  expect(await pass(false, [check])).toEqual({ sha256 });
  expect(seen.digest('hex')).toBe(sha256);
  expect(reads).toBeGreaterThan(11);
});

test('a thread that cannot read is replaced, and early ranges are compared once', async () => {
  serve(bytes);
  await file.ahead?.(3 * MiB - 5, 4 * MiB);
  vi.spyOn(file, 'fd', 'get').mockReturnValue(1_000_000);
  expect(await pass(true)).toEqual({ sha256, sha512 });
  expect(reads).toBeGreaterThan(11);
});

test('early bytes that the sequential read does not confirm are refused', async () => {
  const other = Buffer.from(bytes);
  other.writeUInt8((other.readUInt8(5 * MiB) + 1) % 256, 5 * MiB);
  serve(other);
  await file.ahead?.(5 * MiB - 100, 200);
  await expect(pass()).rejects.toMatchObject({ code: 'ERR_DIGEST' });
});

test('a failed transfer ends the pass with its error', async () => {
  const hashing = hashPass({ file, early, signal }, [], false);
  await file.append(bytes.subarray(0, 10 * MiB));
  const error = new Error('cut');
  file.fail(error);
  await expect(hashing).rejects.toBe(error);
});
