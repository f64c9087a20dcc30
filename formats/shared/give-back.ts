/**
 * Gives back memory that nothing uses any more, where these bytes are all of it. Left to the collector, that of a hundred
 * pieces would be held at once: it counts what is outside of its heap now and then only.
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0);
}
