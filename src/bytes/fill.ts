const blockBytes = 4096;
/** Not a `Buffer`: its `subarray` is slower. */
const fill = new Uint8Array(blockBytes).fill(0xff);

/**
 * How much of these bytes is erased flash: whole blocks of 0xFF, 4 KiB each as they lie in the file, and the parts of one at
 * both ends.
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

/** Two whole arrays: the `Buffer` of Deno cannot compare ranges. */
function isFill(block: Uint8Array): boolean {
  return Buffer.compare(block, fill.subarray(0, block.length)) === 0;
}
