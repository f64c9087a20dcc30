/**
 * Gives back memory that nothing uses any more, where these bytes are all of it but `slackBytes`. Left to the collector, that
 * of a hundred pieces would be held at once: it counts what is outside of its heap now and then only.
 */
export function giveBack(bytes: Uint8Array, slackBytes = 0): void {
  const { buffer } = bytes;
  const isAll = buffer.byteLength === bytes.length + slackBytes;
  if (isAll && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
