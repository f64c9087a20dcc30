import type { FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Extents } from '../bytes/extents.ts';
import { GrowingFile } from '../bytes/growing-file.ts';
import { NewFile } from '../bytes/new-file.ts';
import type { Log } from '../contracts/log.ts';
import { createTaskPool } from '../kit/task-pool.ts';
import { awaitPlugin } from '../parts/await-plugin.ts';
import type { ChosenWriter } from './choose-writer.ts';

/** A complete raw disk in a file. */
export interface RawFile {
  handle: FileHandle;
  virtualSize: number;
  extents: Extents;
}

/** Callbacks while a disk is written in another format. */
export interface WriteJob {
  signal: AbortSignal;
  log: Log;
  /** Called with the number of bytes of the raw disk that were read so far, at most its size. */
  onRead?: (bytes: number) => void;
  /** Called for every written range of the new file. */
  onData?: (position: number, length: number) => void;
}

/** Writes a raw disk to a new, empty file in the chosen format. */
export async function writeFormat(
  { writer, options }: ChosenWriter,
  { handle, virtualSize, extents }: RawFile,
  target: FileHandle,
  { signal, log, onRead, onData }: WriteJob,
): Promise<NewFile> {
  const source = GrowingFile.whole(handle, virtualSize);
  const out = new NewFile(target, onData);
  let read = 0;
  const report = (bytes: number): void => {
    read = Math.max(read, bytes);
    onRead?.(Math.min(read, virtualSize));
  };
  const disk = {
    virtualSize,
    extents,
    fd: handle.fd,
    reached: report,
    async read(position: number, length: number) {
      signal.throwIfAborted();
      const bytes = await source.read(position, length);
      report(read + bytes.length);
      return bytes;
    },
  };
  // As many as for decoders: a task may wait for the disk.
  const tasks = createTaskPool(availableParallelism() * 2);
  await awaitPlugin(writer.id, 'write', signal, () =>
    writer.write(disk, out, { options, signal, log, tasks }),
  );
  signal.throwIfAborted();
  await out.finish();
  return out;
}
