/** What every job of a disk has in common. */
export interface CompressWork {
  /** The function of `node:zlib` that packs a unit; absent: units are only looked at. */
  call?: 'deflateRawSync' | 'deflateSync' | 'zstdCompressSync';
  /** Its options. */
  options: Record<string, unknown>;
  /** A unit is packed by itself: a cluster, a grain. */
  unitBytes: number;
  /** How many of the bytes before a unit serve as its dictionary. */
  dictionaryBytes: number;
  /** The last unit of a disk is filled up with zeros; otherwise it is packed as it is. */
  isPadded: boolean;
  /** A unit that packing does not make shorter is kept as it is. */
  keepsLong: boolean;
  /** Units are summed up. */
  wantsCrcs: boolean;
  /** Bytes of the disk. */
  diskBytes: number;
  fd?: number | undefined;
}

/** A range of the disk that begins at a unit. */
export interface CompressJob {
  position: number;
  length: number;
  /** How many of the bytes before it are the dictionary of its first unit. */
  before: number;
  /** Those bytes and the range, where a thread cannot read them by itself. */
  bytes?: Uint8Array<ArrayBuffer>;
}

export interface CompressAnswer {
  /** A number a unit: 0 for nothing but zeros; above zero the packed length; below zero the length as it is. */
  lengths: number[];
  /** The packed units, one after the other. */
  bytes: Uint8Array<ArrayBuffer>;
  /** CRC-32 of each unit where that is wanted, 0 for nothing but zeros. */
  crcs: number[];
}

/**
 * All that a packing thread runs, and the main thread where there is none: nothing outside of it may be named in it but
 * globals and types.
 */
export function compressThread(inMain?: CompressWork): (job: CompressJob) => CompressAnswer {
  const { readSync } = process.getBuiltinModule('node:fs');
  const zlib = process.getBuiltinModule('node:zlib');
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const work: CompressWork = inMain ?? workerData;
  const { call, unitBytes, dictionaryBytes, isPadded, keepsLong, wantsCrcs, diskBytes, fd } = work;
  // Room for what does not get shorter, else zlib is called once more only to learn that it has ended.
  const chunkSize = unitBytes + (unitBytes >> 7) + 1024;
  const zeros = Buffer.alloc(unitBytes);
  let memory = Buffer.allocUnsafeSlow(0);

  if (inMain === undefined) {
    parentPort?.on('message', (job: CompressJob) => {
      let answer: CompressAnswer | undefined;
      try {
        answer = compress(job);
      } catch {
        // The main thread does it again, and finds out what is wrong.
      }
      parentPort.postMessage(answer, answer === undefined ? [] : [answer.bytes.buffer]);
    });
  }
  return compress;

  function compress(job: CompressJob): CompressAnswer {
    const input = inputOf(job);
    const lengths: number[] = [];
    const crcs: number[] = [];
    const outputs: Uint8Array[] = [];
    for (let at = job.before; at < input.length; at += unitBytes) {
      const unit = input.subarray(at, at + unitBytes);
      if (unit[0] === 0 && zeros.compare(unit, 0, unit.length, 0, unit.length) === 0) {
        lengths.push(0);
        crcs.push(0);
        continue;
      }
      crcs.push(wantsCrcs ? zlib.crc32(unit) : 0);
      const packed = pack(unit, input.subarray(Math.max(0, at - dictionaryBytes), at));
      lengths.push(packed === undefined ? -unit.length : packed.length);
      if (call !== undefined) outputs.push(packed ?? unit);
    }
    let total = 0;
    for (const output of outputs) total += output.length;
    const bytes = new Uint8Array(total);
    total = 0;
    for (const output of outputs) {
      bytes.set(output, total);
      total += output.length;
      const { buffer } = output;
      // Left to the collector, the output of hundreds of units would be held at once.
      if (buffer.byteLength === chunkSize && buffer instanceof ArrayBuffer) buffer.transfer(0);
    }
    return { lengths, bytes, crcs };
  }

  function pack(unit: Uint8Array, dictionary: Uint8Array): Uint8Array | undefined {
    if (call === undefined) return undefined;
    const options = { ...work.options, chunkSize };
    const packed = zlib[call](unit, dictionary.length > 0 ? { ...options, dictionary } : options);
    return keepsLong && packed.length >= unit.length ? undefined : packed;
  }

  function inputOf({ position, length, before, bytes }: CompressJob): Uint8Array {
    const start = position - before;
    const there = Math.min(diskBytes, position + length) - start;
    const wanted = isPadded ? before + length : there;
    if (bytes !== undefined && bytes.length >= wanted) return bytes;
    if (memory.length < wanted) memory = Buffer.allocUnsafeSlow(wanted);
    let done = 0;
    if (bytes !== undefined) {
      memory.set(bytes);
      done = bytes.length;
    } else if (fd !== undefined) {
      while (done < there) {
        const bytesRead = readSync(fd, memory, done, there - done, start + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
    }
    if (done < there) throw new Error('the disk is shorter than it was');
    return memory.fill(0, done, wanted).subarray(0, wanted);
  }
}
