import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createRootdisk } from '../../core.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { hasRemedy, isImageError, UsageError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { invalidArguments, invalidValue } from '../args/refuse.ts';
import { describeSigner } from '../print/describe-image.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command } from './command.ts';

export const verify: Command = {
  name: 'verify',
  operands: ['<document>'],
  summary: 'Check who signed a document; makes no request.',
  options: ['signature', 'key', 'identity', 'issuer', 'pick', 'at', 'plugin'],
  examples: [
    [
      'rootdisk verify SHA256SUMS --signature SHA256SUMS.gpg --key ubuntu.asc',
      'a list and its detached signature',
    ],
    [
      'rootdisk verify InRelease --key debian-archive.asc',
      'a document that contains its signature',
    ],
    [
      'rootdisk verify CHECKSUM --key fedora.asc --pick Fedora-Cloud-Base.qcow2',
      'the digest that was signed for a file',
    ],
    [
      'rootdisk verify sums.txt --signature sums.bundle \\\n    --identity release@example.org --issuer https://accounts.google.com',
      'a list and its Sigstore bundle',
    ],
  ],
  async run({ operands: [file = ''], flags, cwd, parts, warn, columns }) {
    const keyFiles = flags.list('key');
    const [identity, issuer] = [flags.text('identity'), flags.text('issuer')];
    if (keyFiles.length === 0 && identity === undefined && issuer === undefined) {
      const needs = '--key FILE, the public key of the signer, or --identity and --issuer';
      throw invalidArguments(`verify needs ${needs}`, verify);
    }
    const beside = flags.text('signature');
    const signature = beside === undefined ? undefined : await read(cwd, beside, 'signature');
    const subject = {
      document: await read(cwd, file, 'document'),
      ...defined({ signature }),
      keys: await Promise.all(keyFiles.map((key) => read(cwd, key, 'key'))),
      identity,
      issuer,
      name: file,
      now: readTime(flags.text('at')),
      pick: flags.text('pick'),
    };
    try {
      const { signer, signedAt, warnings, digest } =
        await createRootdisk(parts).verifyDocument(subject);
      const json = defined({ verdict: 'valid', signer, signedAt, warnings, digest });
      if (flags.has('json')) warn(warnings);
      const rows = [
        ['verdict', 'valid'],
        ['signer', describeSigner(signer)],
        ...(signedAt === undefined ? [] : [['signed', signedAt.toISOString()]]),
        ...(digest === undefined ? [] : [['digest', digest]]),
        ...warnings.map(({ message }) => ['warning', message]),
      ];
      return { text: formatTable(rows, { columns }), json };
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
      return { text: formatTable(rows, { columns }), json, exitCode: exitCodes.integrity };
    }
  },
};

function readTime(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw invalidValue('at', text, 'Write it like 2026-11-20 or 2026-11-20T12:00Z.');
}

/** Lists and keys; the largest in use have a few megabytes. */
const maxBytes = 256 * 1024 * 1024;

async function read(cwd: string, file: string, what: string): Promise<Uint8Array> {
  const path = resolve(cwd, file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(file, what, 'cannot be read', cause);
  });
  if (bytes.length <= maxBytes) return bytes;
  throw unreadable(file, what, 'is too large');
}

function unreadable(file: string, field: string, why: string, cause?: unknown): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `the ${field} ${JSON.stringify(file)} ${why}`,
    hint: `Give the path of a ${field} that can be read.`,
    details: { field, value: file },
    cause,
  });
}
