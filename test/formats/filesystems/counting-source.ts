import type { ByteSource } from '../../../src/kit.ts';

/** A source that counts its reads. */
export interface CountingSource extends ByteSource {
  readonly reads: number;
  readonly bytes: number;
}

/** Counts reads and their bytes; `onRead` sees each before it happens and may throw. */
export function countingSource(
  source: ByteSource,
  onRead?: (count: { reads: number; bytes: number }, position: number, length: number) => void,
): CountingSource {
  const count = { reads: 0, bytes: 0 };
  return {
    sizeBytes: source.sizeBytes,
    readyBytes: source.readyBytes,
    grown: () => source.grown(),
    async read(position, length) {
      count.reads += 1;
      count.bytes += length;
      onRead?.(count, position, length);
      return await source.read(position, length);
    },
    stream: () => source.stream(),
    get reads() {
      return count.reads;
    },
    get bytes() {
      return count.bytes;
    },
  };
}
