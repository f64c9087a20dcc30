/** openbsd 7.6 base public key: E4BB09F899BABCA2. Written by refresh-keys.ts. */
export const armored: string = `untrusted comment: openbsd 7.6 base public key
RWTkuwn4mbq8ouJbfO4VfNH8+FdiZUosz2qIR0V0C9bm6CnVEt7CGkV0
`;
