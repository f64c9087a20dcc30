/** Examines the 4 KiB blocks of a file that is written. */
export interface BlockScan {
  /** Ranges with data, as places in `bytes`: from, to, from, to … Only blocks of zeros are between them. */
  dataRuns(position: number, bytes: Uint8Array): number[];
  /** Bytes of a range that are in blocks of 0xFF only. */
  fillBytes(position: number, bytes: Uint8Array, start: number, end: number): number;
}

/**
 * For threads, which cannot import anything, not even the kit's `isZeros`: this function may use nothing outside of itself
 * except globals and types.
 */
export function openBlockScan(): BlockScan {
  const blockBytes = 4096;
  const zeroBlock = Buffer.alloc(blockBytes);
  const fillBlock = Buffer.alloc(blockBytes, 0xff);
  const endOf = (position: number, bytes: Uint8Array, from: number): number =>
    Math.min(bytes.length, from + blockBytes - ((position + from) % blockBytes));

  return {
    dataRuns(position, bytes) {
      const runs: number[] = [];
      for (let from = 0; from < bytes.length; ) {
        const to = endOf(position, bytes, from);
        const isZero = bytes[from] === 0 && zeroBlock.compare(bytes, from, to, 0, to - from) === 0;
        if (!isZero && runs.at(-1) === from) runs[runs.length - 1] = to;
        else if (!isZero) runs.push(from, to);
        from = to;
      }
      return runs;
    },
    fillBytes(position, bytes, start, end) {
      let found = 0;
      for (let from = start; from < end; ) {
        const to = endOf(position, bytes, from);
        const isFill =
          bytes[from] === 0xff && fillBlock.compare(bytes, from, to, 0, to - from) === 0;
        if (isFill) found += to - from;
        from = to;
      }
      return found;
    },
  };
}
