/** ID1 and ID2 of RFC 1952. */
export const gzipMagic: readonly number[] = [0x1f, 0x8b];
