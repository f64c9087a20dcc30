import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Unnamed temporary files of one job. */
export interface Scratch {
  /** A new empty file, open for reading and writing, that vanishes with its handle. */
  open(): Promise<FileHandle>;
  /** Work that must have ended before the files are closed. */
  track(work: Promise<void>): void;
  close(): Promise<void>;
}

/** Scratch files inside `folder`, which must exist; they are unlinked as soon as they are open. */
export function openScratch(folder: string): Scratch {
  const handles: FileHandle[] = [];
  const work: Promise<void>[] = [];
  return {
    async open() {
      const own = await mkdtemp(join(folder, '.scratch-'));
      try {
        const handle = await open(join(own, 'file'), 'wx+', 0o600);
        handles.push(handle);
        return handle;
      } finally {
        await rm(own, { recursive: true, force: true });
      }
    },
    track(promise) {
      work.push(promise);
    },
    async close() {
      await Promise.allSettled(work);
      await Promise.allSettled(handles.map((handle) => handle.close()));
    },
  };
}
