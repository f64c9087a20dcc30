import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createRootdisk } from '../../core.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { hasRemedy, isImageError } from '../../errors.ts';
import { invalidOption } from '../args/refuse.ts';
import { describeSigner } from '../print/describe-image.ts';
import { formatTable } from '../print/format.ts';
import type { Command } from './command.ts';

export const verify: Command = {
  name: 'verify',
  operands: ['<document>'],
  summary: 'Check who signed a document; makes no request.',
  options: ['signature', 'pick', 'at'],
  examples: [
    [
      'rootdisk verify SHA256SUMS --signature SHA256SUMS.gpg --key ubuntu.asc',
      'a list and its detached signature',
    ],
    ['rootdisk verify InRelease --key debian-archive.asc', 'a document that carries its own'],
    [
      'rootdisk verify CHECKSUM --key fedora.asc --pick Fedora-Cloud-Base.qcow2',
      'the digest that was signed for a file',
    ],
  ],
  async run({ operands: [file = ''], flags, cwd, parts, warn }) {
    const keyFiles = flags.list('key');
    if (keyFiles.length === 0) {
      throw invalidOption('key', 'is missing', 'Give the public key that should have signed it.');
    }
    const signature = flags.text('signature');
    const subject = {
      document: await read(cwd, file, 'document'),
      ...(signature === undefined ? {} : { signature: await read(cwd, signature, 'signature') }),
      keys: await Promise.all(keyFiles.map((key) => read(cwd, key, 'key'))),
      name: file,
      now: readTime(flags.text('at')),
      pick: flags.text('pick'),
    };
    try {
      const { signer, signedAt, warnings, digest } =
        await createRootdisk(parts).verifyDocument(subject);
      const json = {
        verdict: 'valid',
        signer,
        ...(signedAt === undefined ? {} : { signedAt }),
        warnings,
        ...(digest === undefined ? {} : { digest }),
      };
      if (flags.has('json')) warn(warnings);
      const rows = [
        ['verdict', 'valid'],
        ['signer', describeSigner(signer)],
        ...(signedAt === undefined ? [] : [['signed', signedAt.toISOString()]]),
        ...(digest === undefined ? [] : [['digest', digest]]),
        ...warnings.map(({ message }) => ['warning', message]),
      ];
      return { text: formatTable(rows), json };
    } catch (error) {
      // A document that is not one is as little valid as one with a bad signature.
      if (!hasRemedy(error, 'integrity') && !isImageError(error, 'ERR_METADATA')) {
        throw error;
      }
      const { code, message, hint, details } = error;
      const rows = [
        ['verdict', 'not valid'],
        ['reason', message],
        ['hint', hint],
        ['code', code],
      ];
      const json = { verdict: 'invalid', code, message, hint, details, warnings: [] };
      return { text: formatTable(rows), json, exitCode: exitCodes.integrity };
    }
  },
};

function readTime(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  const shown = JSON.stringify(text);
  throw invalidOption(
    'at',
    `${shown} is no date`,
    'Write it like 2026-11-20 or 2026-11-20T12:00Z.',
  );
}

/** Lists and keys; the largest in use have a few megabytes. */
const maxBytes = 256 * 1024 * 1024;

async function read(cwd: string, file: string, what: string): Promise<Uint8Array> {
  const path = resolve(cwd, file);
  const hint = 'Give the path of a file that can be read.';
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw invalidOption(what, `cannot read ${JSON.stringify(file)}`, hint, cause);
  });
  if (bytes.length <= maxBytes) return bytes;
  throw invalidOption(what, `${JSON.stringify(file)} is too large to be one`, hint);
}
