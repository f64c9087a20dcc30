/**
 * Frees memory that is no longer used, if these bytes are all of it except `slackBytes`. The garbage collector would
 * keep that of a hundred pieces at once, because it seldom counts memory outside of its heap.
 */
export function giveBack(bytes: Uint8Array, slackBytes = 0): void {
  const { buffer } = bytes;
  const isAll = buffer.byteLength === bytes.length + slackBytes;
  if (isAll && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
