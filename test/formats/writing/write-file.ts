import { type FileHandle, open, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { SparseFile } from '../../../src/bytes/sparse-file.ts';
import type { DiskToWrite, DiskWriter, WriteContext } from '../../../src/kit.ts';
import type { DiskExtent } from '../../../src/testing/cut-blocks.ts';

/** A raw disk in a file, open for reading by its descriptor too. */
export class RawFile implements DiskToWrite, AsyncDisposable {
  readonly virtualSize: number;
  readonly extents: readonly (readonly [number, number])[];
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, size: number, extents: readonly [number, number][]) {
    this.#handle = handle;
    this.virtualSize = size;
    this.extents = extents;
  }

  /** `parts` must be ascending and must not overlap. */
  static async create(path: string, size: number, parts: readonly DiskExtent[]): Promise<RawFile> {
    await writeFile(path, '');
    const handle = await open(path, 'r+');
    await handle.truncate(size);
    for (const { position, bytes } of parts) await handle.write(bytes, 0, bytes.length, position);
    return new RawFile(
      handle,
      size,
      parts.map(({ position, bytes }) => [position, bytes.length]),
    );
  }

  get fd(): number {
    return this.#handle.fd;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.virtualSize - position));
    const { buffer, bytesRead } = await this.#handle.read(
      Buffer.alloc(wanted),
      0,
      wanted,
      position,
    );
    return buffer.subarray(0, bytesRead);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Writes a disk to a new file, as `convert` does. */
export async function writeFileOf(
  writer: DiskWriter,
  disk: DiskToWrite,
  path: string,
  given: Partial<WriteContext> = {},
): Promise<void> {
  const defaults = Object.entries(writer.options ?? {}).map(([name, one]) => [name, one.default]);
  const context: WriteContext = {
    signal: new AbortController().signal,
    log: () => {},
    tasks: { width: 2 * availableParallelism(), run: (task) => task() },
    ...given,
    options: { ...Object.fromEntries(defaults), ...given.options },
  };
  await rm(path, { force: true });
  const handle = await open(path, 'wx+');
  try {
    const target = {
      fd: handle.fd,
      write: (bytes: Uint8Array, offset: number, length: number, position: number) =>
        handle.write(bytes, offset, length, position),
      truncate: (bytes: number) => handle.truncate(bytes),
    };
    await writer.check(disk, context.options);
    const sink = new SparseFile(target, { maxBytes: Number.MAX_SAFE_INTEGER });
    await writer.write(disk, sink, context);
  } finally {
    await handle.close();
  }
}
