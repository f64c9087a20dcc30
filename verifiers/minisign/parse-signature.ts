import { refuseSignature } from '../../src/kit.ts';
import {
  decodeBase64,
  readLine,
  readSignatureLines,
  type SignatureLines,
} from '../shared/signature-lines.ts';

/** The four lines of a minisign signature. */
export interface MinisignSignature extends SignatureLines {
  /** The signature covers the BLAKE2b-512 hash of the document; otherwise the document itself. */
  isPrehashed: boolean;
  trustedComment: Uint8Array;
  /** Covers the signature and the trusted comment. */
  globalSignature: Uint8Array;
}

const prefix = 'trusted comment: ';
const maxSignatureBytes = 32 * 1024;

/** Reads a signature file; `undefined` if it is not one. */
export function parseMinisign(file: Uint8Array): MinisignSignature | undefined {
  if (file.length > maxSignatureBytes) return undefined;
  const lines = readSignatureLines(file);
  const comment = lines && readLine(file, lines.end);
  const last = comment && readLine(file, comment.end);
  if (lines === undefined || !comment?.text.startsWith(prefix) || last === undefined)
    return undefined;
  const globalSignature = decodeBase64(last.text);
  if (globalSignature?.length !== lines.signature.length || last.end < file.length)
    return undefined;
  return {
    ...lines,
    isPrehashed: lines.algorithm === 'ED',
    trustedComment: comment.bytes.subarray(prefix.length),
    globalSignature,
  };
}

/** Reads a signature file; throws if it is malformed or uses an unknown algorithm. */
export function requireMinisign(file: Uint8Array, name: string): MinisignSignature {
  const signature = parseMinisign(file);
  if (signature === undefined) {
    throw refuseSignature('malformed', `${name}: not the four lines of a minisign signature`);
  }
  if (signature.algorithm === 'Ed' || signature.algorithm === 'ED') return signature;
  throw refuseSignature(
    'unsupported',
    `${name}: the signature is of the algorithm ${JSON.stringify(signature.algorithm)}; minisign has Ed and ED`,
  );
}
