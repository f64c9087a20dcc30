import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isImageError } from '../../../src/kit.ts';
import {
  type OpenpgpVerdict,
  type PublicKey,
  readKeys,
  type SignerPolicy,
  verifyClearsigned,
  verifyDetached,
} from '../../../verifiers/openpgp/index.ts';

/** A row of `signed/cases.json`. */
export interface Case {
  id: string;
  files: Record<string, { bytes: number; sha256: string }>;
  form: string;
  keys: string[];
  expect: string;
  signer?: string;
  signers?: string[];
  hash?: string;
  sigVersion?: number;
  created?: string;
  pick?: Record<string, string>;
}

/** A case with its bytes. */
export interface Subject {
  document: Buffer;
  /** Absent: clearsigned. */
  signature: Buffer | undefined;
  keys: Buffer;
}

const samples = process.env['ROOTDISK_SAMPLES'];

/** The date of the cases. */
export const now: Date = new Date('2026-11-20T00:00:00Z');

/** Every case in OpenPGP; none without samples. */
export function readCases(): Case[] {
  if (samples === undefined) return [];
  const { cases } = JSON.parse(readFileSync(join(samples, 'signed/cases.json'), 'utf8'));
  return cases.filter(({ form }: Case) => form.startsWith('openpgp-'));
}

export function readCase({ id, files, keys }: Case): Subject {
  const read = (path: string): Buffer => readFileSync(join(samples ?? '', path));
  const [document = '', signature] = Object.keys(files).filter((name) => name !== 'key.asc');
  return {
    document: read(`signed/${id}/${document}`),
    signature: signature === undefined ? undefined : read(`signed/${id}/${signature}`),
    keys: Buffer.concat(
      keys.map((key) => read(key.startsWith('./') ? `signed/${id}/${key}` : `keys/${key}`)),
    ),
  };
}

/** The verdict with the signed bytes, or the reason of the error. */
export function judge(
  subject: Subject,
  more: Partial<SignerPolicy> = {},
  keys: PublicKey[] = readKeys(subject.keys).keys,
): (OpenpgpVerdict & { body: Uint8Array }) | string {
  const { document, signature } = subject;
  const policy = { now, name: 'the sample', ...more };
  try {
    return signature === undefined
      ? verifyClearsigned(document, keys, policy)
      : { ...verifyDetached(document, signature, keys, policy), body: document };
  } catch (error) {
    if (!isImageError(error)) throw error;
    return String(Reflect.get(error.details, 'reason'));
  }
}
