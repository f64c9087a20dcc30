import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GrowingFile } from '../../src/bytes/growing-file.ts';
import { openScratch, StreamSource } from '../../src/bytes/stream-source.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-bytes-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('a read waits for its bytes and is short only at the end', async () => {
  const handle = await open(join(folder, 'f'), 'wx+');
  const file = new GrowingFile(handle);
  const read = file.read(2, 4);
  const late = file.read(4, 100);
  const streamed = collect(file.stream());
  await file.append(Buffer.from('abc'));
  expect(file.readyBytes).toBe(3);
  expect(file.sizeBytes).toBeUndefined();
  await file.append(Buffer.from('defgh'));
  expect(Buffer.from(await read).toString()).toBe('cdef');
  file.end();
  expect(Buffer.from(await late).toString()).toBe('efgh');
  expect(await file.read(8, 10)).toHaveLength(0);
  expect(await streamed).toBe('abcdefgh');
  expect(file.sizeBytes).toBe(8);
  await handle.close();
});

test('bytes written ahead become ready when those before them have been written', async () => {
  const path = join(folder, 'f');
  await writeFile(path, 'abc');
  const handle = await open(path, 'r+');
  const file = new GrowingFile(handle, 9, 3);
  expect(Buffer.from(await file.read(0, 3)).toString()).toBe('abc');
  const streamed = collect(file.stream());
  await file.write(6, Buffer.from('ghi'));
  expect(file.readyBytes).toBe(3);
  expect(Buffer.from(await file.peek(6, 5)).toString()).toBe('ghi');
  await file.write(3, Buffer.from('def'));
  file.advance(9);
  file.advance(5);
  expect(file.readyBytes).toBe(9);
  file.end();
  expect(await streamed).toBe('abcdefghi');
  await handle.close();
});

test('a failure reaches every waiting reader and every later one', async () => {
  const handle = await open(join(folder, 'f'), 'wx+');
  const file = new GrowingFile(handle, 100);
  const failure = new Error('cut');
  const waiting = [file.read(0, 10), file.grown(), collect(file.stream())];
  file.fail(failure);
  for (const wait of waiting) await expect(wait).rejects.toBe(failure);
  await expect(file.read(0, 1)).rejects.toBe(failure);
  await handle.close();
});

async function* pieces(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test('a stream is read at its start and then streamed without a spool', async () => {
  const scratch = openScratch(folder);
  let opened = 0;
  const count = () => {
    opened += 1;
    return scratch.open();
  };
  const counted = { ...scratch, open: count };
  const source = new StreamSource(pieces('abc', 'def', 'ghi'), counted);
  expect(Buffer.from(await source.read(0, 4)).toString()).toBe('abcd');
  expect(await collect(source.stream())).toBe('abcdefghi');
  expect(opened).toBe(0);
  await scratch.close();
});

test('reading past the head spools, and both ends can be read again', async () => {
  const scratch = openScratch(folder);
  const big = 'x'.repeat(200_000);
  const source = new StreamSource(pieces('head', big, 'tail'), scratch);
  expect(Buffer.from(await source.read(200_000, 100)).toString()).toBe('xxxxtail');
  expect(Buffer.from(await source.read(0, 4)).toString()).toBe('head');
  expect(source.sizeBytes).toBe(200_008);
  expect(await collect(source.stream())).toBe(`head${big}tail`);
  await scratch.close();
});

test('a short stream knows its length after the first read', async () => {
  const scratch = openScratch(folder);
  const source = new StreamSource(pieces('abc'), scratch);
  expect(Buffer.from(await source.read(0, 1000)).toString()).toBe('abc');
  expect(source.sizeBytes).toBe(3);
  expect(Buffer.from(await source.read(1, 1000)).toString()).toBe('bc');
  await scratch.close();
});

test('an error of the stream is thrown by reads of the spool', async () => {
  const scratch = openScratch(folder);
  const failure = new Error('corrupt');
  async function* breaking(): AsyncIterable<Uint8Array> {
    yield Buffer.from('abc');
    throw failure;
  }
  const source = new StreamSource(breaking(), scratch);
  await expect(source.read(200_000, 1)).rejects.toBe(failure);
  await scratch.close();
});

test('a stream may reuse the memory of a piece once 1 MiB more has come, and only if this is allowed', async () => {
  const MiB = 1024 * 1024;
  const content = randomBytes(7 * MiB + 5);
  await writeFile(join(folder, 'f'), content);
  const handle = await open(join(folder, 'f'), 'r');
  for (const reuse of [true, false]) {
    // It grows, so that pieces have different lengths.
    const file = new GrowingFile(handle, content.length, 3);
    const handed: { piece: Uint8Array; end: number }[] = [];
    let end = 0;
    for await (const piece of file.stream(reuse)) {
      end += piece.length;
      handed.push({ piece, end });
      for (const { piece: last, end: at } of handed) {
        if (reuse && at + MiB <= end - piece.length) continue;
        expect(Buffer.compare(last, content.subarray(at - last.length, at))).toBe(0);
      }
      file.advance(Math.min(content.length, end + 700_001));
      if (end === content.length) file.end();
    }
    expect(end).toBe(content.length);
    const memories = new Set(handed.map(({ piece }) => piece.buffer));
    expect(memories.size).toBe(reuse ? 1 : handed.length);
  }
  await handle.close();
});
