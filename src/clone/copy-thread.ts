/** The start data of a copying thread; all threads and the main thread share the buffers. */
export interface CopyWork {
  sourceFd: number;
  targetFd: number;
  /** Offset and length of each range, as 64-bit floats; a thread takes the next free one. */
  ranges: SharedArrayBuffer;
  /**
   * Four bytes for the number of the next range, four bytes that become 1 when all threads must end, then 8 bytes for
   * the number of copied bytes.
   */
  state: SharedArrayBuffer;
}

/**
 * The complete code of a copying thread. It is started from the text of this function, because a package that was
 * bundled into one file has no second file to start: the function may use only globals and types from outside. An
 * error ends the thread, and the main thread finds the reason when it copies again.
 */
export function copyThread(): void {
  const { readSync, writeSync } = process.getBuiltinModule('node:fs');
  const { workerData } = process.getBuiltinModule('node:worker_threads');
  const { sourceFd, targetFd, ranges, state }: CopyWork = workerData;
  // A small piece is still in the processor's cache when it is written.
  const memory = Buffer.allocUnsafeSlow(256 * 1024);
  const blockBytes = 4096;
  const zeroBlock = Buffer.alloc(blockBytes);
  const list = new Float64Array(ranges);
  const order = new Int32Array(state, 0, 2);
  const copied = new BigInt64Array(state, 8, 1);
  for (;;) {
    const i = Atomics.add(order, 0, 1) * 2;
    if (i >= list.length || Atomics.load(order, 1) !== 0) return;
    const [offset = 0, length = 0] = list.subarray(i, i + 2);
    for (let done = 0; done < length; ) {
      const piece = Math.min(memory.length, length - done);
      read(offset + done, piece);
      write(offset + done, piece);
      done += piece;
    }
    Atomics.add(copied, 0, BigInt(length));
  }

  function read(position: number, length: number): void {
    for (let done = 0; done < length; ) {
      const bytesRead = readSync(sourceFd, memory, done, length - done, position + done);
      if (bytesRead === 0) throw new Error('the source became shorter');
      done += bytesRead;
    }
  }

  /** Leaves out blocks of the file that are all zeros. */
  function write(position: number, length: number): void {
    for (let from = 0; from < length; ) {
      const isHole = isZero(position, from, length);
      let to = blockEnd(position, from, length);
      while (to < length && isZero(position, to, length) === isHole) {
        to = blockEnd(position, to, length);
      }
      while (!isHole && from < to) {
        from += writeSync(targetFd, memory, from, to - from, position + from);
      }
      from = to;
    }
  }

  function blockEnd(position: number, from: number, length: number): number {
    return Math.min(length, from + blockBytes - ((position + from) % blockBytes));
  }

  /** Not the kit's `isZeros`, because this function cannot import anything. */
  function isZero(position: number, from: number, length: number): boolean {
    if (memory[from] !== 0) return false;
    const to = blockEnd(position, from, length);
    return zeroBlock.compare(memory, from, to, 0, to - from) === 0;
  }
}
