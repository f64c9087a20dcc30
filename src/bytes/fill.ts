const blockBytes = 4096;
/** Not a `Buffer`, because its `subarray` is slower. */
const fill = new Uint8Array(blockBytes).fill(0xff);

/**
 * Number of these bytes that are erased flash: whole blocks of 0xFF, 4 KiB each and aligned in the file, and partial
 * blocks at both ends.
 */
export function fillBytesOf(position: number, bytes: Uint8Array): number {
  let found = 0;
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + blockBytes - ((position + from) % blockBytes));
    if (bytes[from] === 0xff && isFill(bytes.subarray(from, to))) found += to - from;
    from = to;
  }
  return found;
}

/** Compares two whole arrays, because the `Buffer` of Deno cannot compare ranges. */
function isFill(block: Uint8Array): boolean {
  return Buffer.compare(block, fill.subarray(0, block.length)) === 0;
}
