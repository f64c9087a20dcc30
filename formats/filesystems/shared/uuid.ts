/** A GUID as GPT stores it: the first three fields in little-endian order (UEFI 2.10, appendix A). */
export function formatGuid(bytes: Buffer, at: number): string {
  const ordered = Buffer.from(bytes.subarray(at, at + 16));
  ordered.subarray(0, 4).reverse();
  ordered.subarray(4, 6).reverse();
  ordered.subarray(6, 8).reverse();
  return formatUuid(ordered, 0);
}

/** The 16 bytes of a UUID as text, in lower case. */
export function formatUuid(bytes: Buffer, at: number): string {
  const hex = bytes.toString('hex', at, at + 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
