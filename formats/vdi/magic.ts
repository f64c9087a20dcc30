/** 0xbeda107f, little-endian. */
export const vdiMagic: readonly number[] = [0x7f, 0x10, 0xda, 0xbe];
export const vdiMagicAt = 0x40;
