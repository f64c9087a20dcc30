import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import * as openpgp from 'openpgp';
import { isImageError } from '../../../../src/kit.ts';
import {
  readKeys,
  verifyClearsigned,
  verifyDetached,
} from '../../../../verifiers/openpgp/index.ts';

/** Signed data, for every program that can verify it. */
export interface Signed {
  document: Uint8Array;
  /** Absent: clearsigned. */
  signature?: Uint8Array | undefined;
  /** Binary. */
  keys: Uint8Array;
}

/** An implementation of OpenPGP that answers yes or no. */
export interface Peer {
  /** With its version, as in the published table. */
  name: string;
  accepts(signed: Signed): Promise<boolean>;
}

export const rootdisk: Peer = {
  name: 'rootdisk',
  accepts: async ({ document, signature, keys }) => {
    const policy = { now: new Date(), name: 'it' };
    const known = readKeys(keys).keys;
    try {
      if (signature === undefined) verifyClearsigned(document, known, policy);
      else verifyDetached(document, signature, known, policy);
      return true;
    } catch (error) {
      if (!isImageError(error)) throw error;
      return false;
    }
  },
};

/** Used as its documentation says: at least one signature, and none that throws. */
export const openpgpjs: Peer = {
  name: `openpgp.js ${versionOf(openpgp.config.versionString)}`,
  accepts: async ({ document, signature, keys }) => {
    try {
      const verificationKeys = await openpgp.readKeys({ binaryKeys: keys });
      if (signature === undefined) {
        const text = Buffer.from(document).toString();
        const message = await openpgp.readCleartextMessage({ cleartextMessage: text });
        return await anyGood(
          await openpgp.verify({ message, verificationKeys, expectSigned: false }),
        );
      }
      return await anyGood(
        await openpgp.verify({
          message: await openpgp.createMessage({ binary: document }),
          signature: await openpgp.readSignature({ binarySignature: signature }),
          verificationKeys,
          expectSigned: false,
          format: 'binary',
        }),
      );
    } catch {
      return false;
    }
  },
};

async function anyGood({
  signatures,
}: {
  signatures: readonly { verified: Promise<unknown> }[];
}): Promise<boolean> {
  const verified = await Promise.allSettled(signatures.map((one) => one.verified));
  return verified.some(({ status }) => status === 'fulfilled');
}

function versionOf(text: string): string {
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? '';
}

/** By its exit status, which most callers use; `undefined` if it is not installed. */
export function findGpgv(): Peer | undefined {
  const { status, stdout } = spawnSync('gpgv', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return { name: `gpgv ${versionOf(stdout)}`, accepts: async (signed) => runGpgv(signed) };
}

function runGpgv({ document, signature, keys }: Signed): boolean {
  const folder = mkdtempSync(joinPath(tmpdir(), 'rootdisk-gpgv-'));
  try {
    const put = (name: string, bytes: Uint8Array): string => {
      const path = joinPath(folder, name);
      writeFileSync(path, bytes);
      return path;
    };
    const options = ['--homedir', folder, '--keyring', put('keys.gpg', keys)];
    const files = [
      ...(signature === undefined ? [] : [put('signature', signature)]),
      put('document', document),
    ];
    return spawnSync('gpgv', [...options, ...files]).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
