/** openbsd 7.8 base public key: B7FE7BC59A4E1259. Written by refresh-keys.ts. */
export const armored: string = `untrusted comment: openbsd 7.8 base public key
RWS3/nvFmk4SWSmt/5QIk9yB4+uoAGoiYvFhVlDQBG3rWENeeIys0LWB
`;
