import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { qcow2 } from '../../../formats/qcow2.ts';
import { useRange, writeDiskParts } from '../../../formats/shared/blocks/write-disk-parts.ts';
import { vmdk } from '../../../formats/vmdk.ts';
import type { Disk } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { qemuImg } from '../qemu-img.ts';

const MiB = 1024 * 1024;
const disk = randomBytes(16 * MiB);
const signal = new AbortController().signal;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-spare-'));
  await writeFile(join(folder, 'disk.raw'), disk);
});
afterAll(() => rm(folder, { recursive: true }));

/** A source that notes the memory that each longer read was given. */
function notingSource(file: Uint8Array) {
  const memories: (ArrayBufferLike | undefined)[] = [];
  return {
    memories,
    sizeBytes: file.length,
    readyBytes: file.length,
    grown: async () => {},
    async read(position: number, length: number, memory?: Uint8Array) {
      if (length >= MiB / 2) memories.push(memory?.buffer);
      const bytes = memory?.subarray(0, length) ?? new Uint8Array(length);
      bytes.set(file.subarray(position, position + length));
      return bytes.subarray(0, Math.max(0, file.length - position));
    },
    async *stream() {
      yield file;
    },
  };
}

/** A sink that is slow, and notes the memory of what it gets. */
function slowSink() {
  const bytes = Buffer.alloc(disk.length);
  const given = new Set<ArrayBufferLike>();
  return {
    bytes,
    given,
    zeroed: true,
    setSize: async () => {},
    zero: async () => {},
    async write(position: number, piece: Uint8Array) {
      given.add(piece.buffer);
      // Bytes that are read meanwhile must not be stored here.
      await new Promise((resolve) => setImmediate(resolve));
      bytes.set(piece, position);
    },
  };
}

const formats: [Disk, string, string[]][] = [
  [qcow2, 'qcow2', []],
  [vmdk, 'vmdk', ['-o', 'subformat=monolithicSparse']],
];
test.skipIf(spawnSync('qemu-img', ['--version']).status !== 0).each(formats)(
  '$id: data is read into buffers that serve again, and written from them without a copy',
  async (format, name, options) => {
    const path = join(folder, `disk.${name}`);
    qemuImg('convert', '-f', 'raw', '-O', name, ...options, join(folder, 'disk.raw'), path);
    const source = notingSource(await readFile(path));
    const sink = slowSink();
    await (await format.open(source, decodeContext())).copyTo(sink);
    expect(sink.bytes.equals(disk)).toBe(true);
    const buffers = new Set(source.memories);
    expect(buffers.has(undefined)).toBe(false);
    expect(source.memories.length).toBeGreaterThan(12);
    expect(buffers.size).toBeLessThanOrEqual(4);
    for (const one of sink.given) expect(buffers.has(one)).toBe(true);
  },
);

test('a buffer whose use failed does not serve again, and a longer range gets its own', async () => {
  const source = notingSource(disk);
  const writer = { sink: slowSink(), signal, maxBytes: MiB, spare: [] as Uint8Array[] };
  const failure = new Error('a decoder failed');
  const fail = () => Promise.reject(failure);
  await expect(useRange(source, { start: 0, end: MiB }, writer, fail)).rejects.toBe(failure);
  expect(writer.spare).toEqual([]);
  await useRange(source, { start: 0, end: 2 * MiB }, writer, async () => {});
  expect(source.memories[1]).toBeUndefined();
  expect(writer.spare).toEqual([]);
  await useRange(source, { start: 0, end: MiB }, writer, async () => {});
  expect(writer.spare).toHaveLength(1);
});

test('parts that are adjacent on the disk, but not in memory, are joined', async () => {
  const sink = slowSink();
  const writer = { sink, signal, maxBytes: MiB, spare: [] };
  const parts = [
    { guest: 4096, bytes: disk.subarray(0, 4096) },
    { guest: 0, bytes: disk.subarray(4096, 8192) },
    { guest: 8192, bytes: disk.subarray(4096, 8192) },
  ];
  await writeDiskParts(parts, writer);
  const expected = Buffer.concat([
    disk.subarray(4096, 8192),
    disk.subarray(0, 4096),
    disk.subarray(4096, 8192),
  ]);
  expect(sink.bytes.subarray(0, 12_288).equals(expected)).toBe(true);
});
