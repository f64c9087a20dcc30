import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A key of signify or minisign, made for one test. */
export interface MadeSigner {
  privateKey: KeyObject;
  /** Eight bytes, as in the files. */
  keyNumber: Buffer;
  /** The public key file. */
  publicFile: string;
}

export function makeSigner(keyNumber = 'e4bb09f899babca2'): MadeSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const number = Buffer.from(keyNumber, 'hex');
  const encoded = Buffer.concat([Buffer.from('Ed'), number, raw]).toString('base64');
  return { privateKey, keyNumber: number, publicFile: `untrusted comment: made\n${encoded}\n` };
}

export interface SignOptions {
  algorithm?: string;
  comment?: string;
}

/** The two lines of a signify signature. */
export function signSignify(
  signer: MadeSigner,
  message: Uint8Array,
  { algorithm = 'Ed', comment = 'verify with made.pub' }: SignOptions = {},
): string {
  return `untrusted comment: ${comment}\n${encode(algorithm, signer, sign(null, message, signer.privateKey))}\n`;
}

export interface MinisignOptions extends SignOptions {
  /** The bytes that the global signature covers, if they are not the trusted comment. */
  covered?: string;
  trustedComment?: string;
}

/** The four lines of a minisign signature; `algorithm: 'Ed'` is the old form without a prehash. */
export function signMinisign(
  signer: MadeSigner,
  message: Uint8Array,
  {
    algorithm = 'ED',
    trustedComment = 'timestamp:1700000000\tfile:disk',
    covered,
  }: MinisignOptions = {},
): string {
  const signed = algorithm === 'Ed' ? message : createHash('blake2b512').update(message).digest();
  const signature = sign(null, signed, signer.privateKey);
  const whole = Buffer.concat([signature, Buffer.from(covered ?? trustedComment)]);
  const lines = [
    'untrusted comment: signature from a made key',
    encode(algorithm, signer, signature),
    `trusted comment: ${trustedComment}`,
    sign(null, whole, signer.privateKey).toString('base64'),
  ];
  return `${lines.join('\n')}\n`;
}

function encode(algorithm: string, { keyNumber }: MadeSigner, signature: Uint8Array): string {
  return Buffer.concat([Buffer.from(algorithm), keyNumber, signature]).toString('base64');
}
