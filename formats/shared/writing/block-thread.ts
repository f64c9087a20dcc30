/** The common input of all jobs of a disk. */
export interface BlockWork {
  blockBytes: number;
  /** Bytes of the disk. */
  diskBytes: number;
  sourceFd: number;
  targetFd: number;
  /** Compute the CRC of blocks that are copied. */
  crcs: boolean;
}

/**
 * Three numbers for each range: position on the disk and length, which are whole blocks, and the place in the file for
 * a copy.
 */
export interface BlockJob {
  ranges: number[];
  /** The ranges are known to be data and are copied; otherwise the blocks are only inspected. */
  isCopy: boolean;
}

export interface BlockAnswer {
  /** Inspected blocks that are not all zeros. */
  data: number[];
  /** Ranges of the file that were written, as position, length, position, length … */
  written: number[];
  /** CRC-32 of each block that was copied. */
  crcs: number[];
}

/**
 * The code of a thread that copies blocks from file to file: it may use nothing outside of itself except globals and
 * types. If something fails, the main thread finds the reason when it repeats the job.
 */
export function blockThread(): void {
  const { readSync, writeSync } = process.getBuiltinModule('node:fs');
  const { crc32 } = process.getBuiltinModule('node:zlib');
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const { blockBytes, diskBytes, sourceFd, targetFd, crcs }: BlockWork = workerData;
  // Small enough that the bytes are still in the processor's cache when they are written.
  const memory = Buffer.allocUnsafeSlow(256 * 1024);
  const zeros = Buffer.alloc(memory.length);
  const holeBytes = 4096;
  let answer: BlockAnswer;

  parentPort?.on('message', ({ ranges, isCopy }: BlockJob) => {
    answer = { data: [], written: [], crcs: [] };
    let isDone = true;
    try {
      for (let i = 0; i < ranges.length; i += 3) {
        const [position = 0, length = 0, place = 0] = ranges.slice(i, i + 3);
        if (isCopy) copy(position, Math.min(position + length, diskBytes), place);
        else look(position, Math.min(position + length, diskBytes));
      }
    } catch {
      isDone = false;
    }
    parentPort.postMessage(isDone ? answer : undefined);
  });

  function look(position: number, end: number): void {
    for (let at = position; at < end; ) {
      const length = read(at, Math.min(memory.length, end - at));
      let next = at + length;
      for (let from = 0; from < length; ) {
        const block = Math.floor((at + from) / blockBytes);
        const blockEnd = (block + 1) * blockBytes - at;
        if (!isZero(from, Math.min(length, blockEnd))) {
          answer.data.push(block);
          // After the first data in a block, the rest of it need not be read.
          next = Math.min(end, Math.max(next, at + blockEnd));
        }
        from = blockEnd;
      }
      at = next;
    }
  }

  function copy(position: number, end: number, place: number): void {
    let crc = 0;
    for (let at = position; at < end; ) {
      const length = read(at, Math.min(memory.length, blockBytes - (at % blockBytes), end - at));
      if (crcs) crc = crc32(memory.subarray(0, length), crc);
      write(place + at - position, length);
      at += length;
      if (!crcs || (at % blockBytes !== 0 && at < end)) continue;
      answer.crcs.push(crc);
      crc = 0;
    }
  }

  function read(position: number, length: number): number {
    for (let done = 0; done < length; ) {
      const bytesRead = readSync(sourceFd, memory, done, length - done, position + done);
      if (bytesRead === 0) throw new Error('the disk became shorter');
      done += bytesRead;
    }
    return length;
  }

  /** Leaves out blocks of the file system that are all zeros. */
  function write(place: number, length: number): void {
    for (let from = 0; from < length; ) {
      const isHole = isZero(from, holeEnd(place, from, length));
      let to = holeEnd(place, from, length);
      while (to < length && isZero(to, holeEnd(place, to, length)) === isHole) {
        to = holeEnd(place, to, length);
      }
      if (!isHole) answer.written.push(place + from, to - from);
      while (!isHole && from < to) {
        from += writeSync(targetFd, memory, from, to - from, place + from);
      }
      from = to;
    }
  }

  function holeEnd(place: number, from: number, length: number): number {
    return Math.min(length, from + holeBytes - ((place + from) % holeBytes));
  }

  /** Its own test instead of the kit's `isZeros`, because this function cannot import anything. */
  function isZero(from: number, to: number): boolean {
    return memory[from] === 0 && zeros.compare(memory, from, to, 0, to - from) === 0;
  }
}
