import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Extents } from '../bytes/extents.ts';
import { type CopyWork, copyThread } from './copy-thread.ts';

/** To start threads takes as long as to copy so much. */
export const threadsFromBytes: number = 64 * 1024 * 1024;
/** Threads take ranges of so many bytes, so that all of them end at about the same time. */
const rangeBytes = 4 * 1024 * 1024;
/** More of them copy faster than memory and disk take it. */
const maxThreads = 4;
const progressMs = 100;
/** Nothing grows there: megabytes. */
const heap = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };

/**
 * Copies extents from one file to another, on threads that read and write without a trip to the event loop for each piece,
 * which takes as long as the copy itself. False where anything was not as it should be: the copy is to be made again then.
 * Nothing is read or written any more when it resolves. An abort throws its reason.
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

/** One thread from its start to its end; whether it did all it could. */
async function run(workerData: CopyWork, stop: () => void): Promise<boolean> {
  return await new Promise((resolve) => {
    try {
      const worker = new Worker(`(${copyThread.toString()})()`, {
        eval: true,
        workerData,
        // What was said to this process, such as modules to load first, is not for its threads.
        ...{ env: {}, execArgv: [], resourceLimits: heap, name: 'rootdisk' },
      });
      // An error is followed by the exit, and the others need not go on.
      worker.on('error', stop);
      worker.once('exit', (code) => resolve(code === 0));
    } catch {
      // A process may not be allowed to start any.
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
