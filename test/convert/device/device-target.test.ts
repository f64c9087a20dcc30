import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SparseFile } from '../../../src/bytes/sparse-file.ts';
import { DeviceTarget } from '../../../src/convert/device/device-target.ts';
import { tempDir } from '../../cache/temp-dir.ts';
import { sha256 } from '../../fixtures/line.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const never = new AbortController().signal;

/** A file that stands for a device, filled with what was there before. */
async function makeDevice(
  sizeBytes: number,
  signal: AbortSignal = never,
): Promise<{ target: DeviceTarget; bytes: () => Promise<Buffer> }> {
  const path = join(await tempDir(), 'device');
  await writeFile(path, Buffer.alloc(sizeBytes, 0xff));
  const handle = await open(path, 'r+');
  onTestFinished(() => handle.close());
  const target = new DeviceTarget({ path, handle, sizeBytes }, signal);
  return { target, bytes: () => readFile(path) };
}

const put = (target: DeviceTarget, position: number, bytes: Uint8Array) =>
  target.write(bytes, 0, bytes.length, position);

const isAll = (bytes: Buffer, value: number): boolean => bytes.every((byte) => byte === value);

describe('whatever was there before', () => {
  const writes = fc.array(
    fc.record({
      position: fc.nat(3 * MiB),
      length: fc.integer({ min: 1, max: 200 * KiB }),
      value: fc.integer({ min: 1, max: 0xfe }),
    }),
    { maxLength: 12 },
  );
  const tails = fc.nat(100 * KiB);

  test.each(['as the decoder gives them', 'through the sink of a decoder'])(
    'the disk is its writes and zeros, and nothing behind it changes: %s',
    async (way) => {
      await fc.assert(
        fc.asyncProperty(writes, tails, async (writes, tail) => {
          const diskBytes = Math.max(4096, ...writes.map((w) => w.position + w.length)) + tail;
          const deviceBytes = diskBytes + 100_000;
          const disk = Buffer.alloc(diskBytes);
          const { target, bytes } = await makeDevice(deviceBytes);
          const sink = new SparseFile(target, { maxBytes: deviceBytes });
          expect(sink.zeroed).toBe(false);
          for (const { position, length, value } of writes) {
            const piece = Buffer.alloc(length, value);
            piece.copy(disk, position);
            if (way.startsWith('through')) await sink.write(position, piece);
            else await put(target, position, piece);
          }
          await target.complete(diskBytes);
          await target.seal(diskBytes);
          const found = await bytes();
          expect(sha256(found.subarray(0, diskBytes))).toBe(sha256(disk));
          expect(isAll(found.subarray(Math.max(diskBytes, MiB)), 0xff)).toBe(true);
        }),
        { numRuns: 40 },
      );
    },
  );

  test('writes may come at once and out of order', async () => {
    const disk = Buffer.from(Array.from({ length: 3 * MiB }, (_, i) => 1 + ((i * 31) % 251)));
    const { target, bytes } = await makeDevice(disk.length);
    const step = 20_001;
    const starts = Array.from({ length: Math.ceil(disk.length / step) }, (_, i) => i * step);
    starts.sort((a, b) => ((a * 7919) % 1009) - ((b * 7919) % 1009));
    await Promise.all(starts.map((at) => put(target, at, disk.subarray(at, at + step))));
    await target.complete(disk.length);
    await target.seal(disk.length);
    expect(sha256(await bytes())).toBe(sha256(disk));
  });
});

test('the first MiB is zeros from the first write on, until the disk is sealed', async () => {
  const { target, bytes } = await makeDevice(4 * MiB);
  await target.truncate(3 * MiB);
  expect(isAll(await bytes(), 0xff)).toBe(true);
  await put(target, 0, Buffer.alloc(2 * MiB, 7));
  expect(isAll((await bytes()).subarray(0, MiB), 0)).toBe(true);
  await target.complete(3 * MiB);
  const complete = await bytes();
  expect(isAll(complete.subarray(0, MiB), 0)).toBe(true);
  expect(isAll(complete.subarray(MiB, 2 * MiB), 7)).toBe(true);
  expect(isAll(complete.subarray(2 * MiB, 3 * MiB), 0)).toBe(true);
  expect(await target.read(MiB - 10, 20)).toEqual(Buffer.alloc(20, 7));
  await target.seal(3 * MiB);
  expect(isAll((await bytes()).subarray(0, 2 * MiB), 7)).toBe(true);
});

test.each([512, 4096])(
  'a backup table in the last sector of %s bytes goes',
  async (sectorBytes) => {
    const deviceBytes = 4 * MiB;
    const path = join(await tempDir(), 'device');
    const before = Buffer.alloc(deviceBytes, 0xff);
    before.write('EFI PART', deviceBytes - sectorBytes);
    await writeFile(path, before);
    const handle = await open(path, 'r+');
    onTestFinished(() => handle.close());
    const target = new DeviceTarget({ path, handle, sizeBytes: deviceBytes }, never);
    await put(target, MiB, Buffer.alloc(10, 1));
    await target.complete(2 * MiB);
    const after = await readFile(path);
    expect(isAll(after.subarray(-sectorBytes), 0)).toBe(true);
    expect(isAll(after.subarray(2 * MiB, -sectorBytes), 0xff)).toBe(true);
  },
);

test('a disk that is too large is refused with both numbers', async () => {
  const { target, bytes } = await makeDevice(2 * MiB);
  const numbers = { neededBytes: 2 * MiB + 512, freeBytes: 2 * MiB };
  const error = { code: 'ERR_NO_SPACE', exitCode: 7, details: numbers };
  await expect(target.truncate(2 * MiB + 512)).rejects.toMatchObject(error);
  await expect(put(target, 2 * MiB, Buffer.alloc(512, 1))).rejects.toMatchObject(error);
  expect(isAll(await bytes(), 0xff)).toBe(true);
});

test('an abort ends the zeroing of a large device', async () => {
  const controller = new AbortController();
  const { target, bytes } = await makeDevice(16 * MiB, controller.signal);
  await put(target, MiB, Buffer.alloc(10, 1));
  const reason = new Error('stop');
  controller.abort(reason);
  await expect(target.complete(16 * MiB)).rejects.toBe(reason);
  expect(isAll((await bytes()).subarray(-MiB), 0xff)).toBe(true);
});
