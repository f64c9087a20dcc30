/** openbsd 8.1 base public key: 22AEE7D20B2D741B. Written by refresh-keys.ts. */
export const armored: string = `untrusted comment: openbsd 8.1 base public key
RWQirufSCy10G6Y9Ou9ao2R9RbhzN6E+2hgB6n0Cbj3Eq1aEssZaeHJu
`;
