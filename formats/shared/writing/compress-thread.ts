/** The common input of all jobs of a disk. */
export interface CompressWork {
  /** The function of `node:zlib` that compresses a unit; absent: units are only inspected. */
  call?: 'deflateRawSync' | 'deflateSync' | 'zstdCompressSync';
  /** Its options. */
  options: Record<string, unknown>;
  /** A unit is compressed separately: a cluster, a grain. */
  unitBytes: number;
  /** Number of bytes before a unit that serve as its dictionary. */
  dictionaryBytes: number;
  /** The last unit of a disk is padded with zeros; otherwise it keeps its length. */
  isPadded: boolean;
  /** A unit that compression does not make shorter is kept uncompressed. */
  keepsLong: boolean;
  /** Compute the CRC of units. */
  wantsCrcs: boolean;
  /** Bytes of the disk. */
  diskBytes: number;
  fd?: number | undefined;
}

/** A range of the disk that begins at a unit. */
export interface CompressJob {
  position: number;
  length: number;
  /** Number of bytes before it that are the dictionary of its first unit. */
  before: number;
  /** Those bytes and the range, if a thread cannot read them itself. */
  bytes?: Uint8Array<ArrayBuffer>;
}

export interface CompressAnswer {
  /** One number for each unit: 0 for only zeros; positive: the compressed length; negative: the uncompressed length. */
  lengths: number[];
  /** The compressed units, one after the other. */
  bytes: Uint8Array<ArrayBuffer>;
  /** CRC-32 of each unit if requested, 0 for only zeros. */
  crcs: number[];
}

/**
 * The code of a compressing thread, and of the main thread if there are no threads: it may use nothing outside of
 * itself except globals and types.
 */
export function compressThread(inMain?: CompressWork): (job: CompressJob) => CompressAnswer {
  const { readSync } = process.getBuiltinModule('node:fs');
  const zlib = process.getBuiltinModule('node:zlib');
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const work: CompressWork = inMain ?? workerData;
  const { call, unitBytes, dictionaryBytes, isPadded, keepsLong, wantsCrcs, diskBytes, fd } = work;
  // Room for data that does not get shorter: otherwise zlib is called once more only to report the end.
  const chunkSize = unitBytes + (unitBytes >> 7) + 1024;
  const zeros = Buffer.alloc(unitBytes);
  let memory = Buffer.allocUnsafeSlow(0);

  if (inMain === undefined) {
    parentPort?.on('message', (job: CompressJob) => {
      let answer: CompressAnswer | undefined;
      try {
        answer = compress(job);
      } catch {
        // The main thread repeats the job and finds the reason.
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
      // If this were left to the garbage collector, the output of hundreds of units would be in memory at once.
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
