import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Extents } from '../bytes/extents.ts';
import { type CopyWork, copyThread } from './copy-thread.ts';

/** Starting threads takes as long as copying this many bytes. */
export const threadsFromBytes: number = 64 * 1024 * 1024;
/** Threads take ranges of this length, so that all of them end at about the same time. */
const rangeBytes = 4 * 1024 * 1024;
/** More threads are faster than memory and disk. */
const maxThreads = 4;
const progressMs = 100;
/** The heap of such a thread does not grow: a few megabytes are enough. */
const heap = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };

/**
 * Copies extents from one file to another, on threads that read and write without a trip to the event loop for each
 * piece, which would take as long as the copy itself. Returns false after any failure: then the copy must be made
 * again. When it resolves, no thread reads or writes any more. An abort throws its reason.
 */
export async function copyByThreads(
  sourceFd: number,
  targetFd: number,
  extents: Extents,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<boolean> {
  const ranges = cut(extents);
  const work: CopyWork = {
    sourceFd,
    targetFd,
    ranges: new SharedArrayBuffer(ranges.length * 8),
    state: new SharedArrayBuffer(16),
  };
  new Float64Array(work.ranges).set(ranges);
  const order = new Int32Array(work.state, 0, 2);
  const copied = new BigInt64Array(work.state, 8, 1);
  const stop = (): void => void Atomics.store(order, 1, 1);
  signal.addEventListener('abort', stop, { once: true });
  const tell = setInterval(() => onProgress(Number(Atomics.load(copied, 0))), progressMs);
  try {
    const threads = Math.min(maxThreads, availableParallelism());
    const ended = await Promise.all(Array.from({ length: threads }, () => run(work, stop)));
    signal.throwIfAborted();
    return ended.every((isDone) => isDone);
  } finally {
    clearInterval(tell);
    signal.removeEventListener('abort', stop);
  }
}

/** Runs one thread from start to end; true if it did all its work. */
async function run(workerData: CopyWork, stop: () => void): Promise<boolean> {
  return await new Promise((resolve) => {
    try {
      const worker = new Worker(`(${copyThread.toString()})()`, {
        eval: true,
        workerData,
        // Options of this process, such as modules to load first, are not for its threads.
        ...{ env: {}, execArgv: [], resourceLimits: heap, name: 'rootdisk' },
      });
      // The exit event follows an error, and the other threads need not continue.
      worker.on('error', stop);
      worker.once('exit', (code) => resolve(code === 0));
    } catch {
      // The process may not be allowed to start threads.
      stop();
      resolve(false);
    }
  });
}

function cut(extents: Extents): number[] {
  const ranges: number[] = [];
  for (const [offset, length] of extents) {
    for (let done = 0; done < length; done += rangeBytes) {
      ranges.push(offset + done, Math.min(rangeBytes, length - done));
    }
  }
  return ranges;
}
