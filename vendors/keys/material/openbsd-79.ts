/** openbsd 7.9 base public key: D274D37D037CAF58. Written by refresh-keys.ts. */
export const armored: string = `untrusted comment: openbsd 7.9 base public key
RWTSdNN9A3yvWNn7mUjXwv9DOCOUnyfuV+mq1iGPIfD+NhN8EYnEQ1at
`;
