/** True if `bytes` holds `magic` (text as Latin-1, or byte values) at `offset`. */
export function hasMagic(
  bytes: Uint8Array,
  magic: string | readonly number[],
  offset = 0,
): boolean {
  if (bytes.length < offset + magic.length) return false;
  for (let i = 0; i < magic.length; i += 1) {
    const wanted = typeof magic === 'string' ? magic.charCodeAt(i) : magic[i];
    if (bytes[offset + i] !== wanted) return false;
  }
  return true;
}

/** A `DataView` for reading integers; it shares the memory of `bytes`. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
