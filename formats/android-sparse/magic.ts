/** 0xed26ff3a, low byte first (libsparse/sparse_format.h of the Android Open Source Project). */
export const sparseImageMagic = [0x3a, 0xff, 0x26, 0xed] as const;
