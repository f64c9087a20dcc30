/** openbsd 8.0 base public key: 8C4ADD1EAC74DCB5. Written by refresh-keys.ts. */
export const armored: string = `untrusted comment: openbsd 8.0 base public key
RWSMSt0erHTctUxq2JDAgQRo64ztikp8JvQeiSPte3NZ0Geou0TkTEiE
`;
