/** The start data of the thread. */
export interface HashWork {
  /** Descriptor of the download, whose bytes are at their own positions. */
  fd: number;
  algorithms: readonly string[];
}

/** All bytes before `end` are in the file; `isLast` requests the digests. */
export interface HashStep {
  end: number;
  isLast: boolean;
}

/** Digests in hex after the last step, an empty list before it; `undefined` if a read failed or ended early. */
export type HashAnswer = string[] | undefined;

/**
 * The complete code of the hashing thread. It is started from the text of this function, because a package that was
 * bundled into one file has no second file to start: the function may use only globals and types from outside.
 */
export function hashThread(): void {
  const { readSync } = process.getBuiltinModule('node:fs');
  const { createHash } = process.getBuiltinModule('node:crypto');
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const { fd, algorithms }: HashWork = workerData;
  const hashes = algorithms.map((algorithm) => createHash(algorithm));
  // Small enough to be hashed while it is in the cache of the core.
  const memory = Buffer.allocUnsafeSlow(256 * 1024);
  let position = 0;

  parentPort?.on('message', ({ end, isLast }: HashStep) => {
    let answer: HashAnswer;
    try {
      while (position < end) {
        const length = readSync(fd, memory, 0, Math.min(memory.length, end - position), position);
        if (length === 0) throw new Error('the file is too short');
        const chunk = memory.subarray(0, length);
        for (const hash of hashes) hash.update(chunk);
        position += length;
      }
      answer = isLast ? hashes.map((hash) => hash.digest('hex')) : [];
    } catch {
      answer = undefined;
    }
    parentPort.postMessage(answer);
  });
}
