/** openbsd 7.7 base public key: 9B0825281A973155. Written by refresh-keys.ts. */
export const armored: string = `untrusted comment: openbsd 7.7 base public key
RWSbCCUoGpcxVRmNb/XFYBbthxWMK7G6fNbJhb993Ohuh29WFaT9vhe2
`;
