import { createReadStream, readFileSync, statSync } from 'node:fs';
import { UsageError } from '../../errors.ts';

/** Far longer than any keyring. */
const maxBytes = 16 * 1024 * 1024;

/** Most key files are shorter: every call reads them, and a trip through the thread pool costs ten times the read. */
const maxBytesNow = 128 * 1024;

/**
 * The caller's keys: key text is taken as it is, anything else is the path of a file. Encoded keys are returned
 * armored. Throws `ERR_INVALID_REQUEST`, which names the file that cannot be read.
 */
export function readGivenKeys(given: readonly string[]): Promise<string[]> {
  return Promise.all(given.map((one) => (isMaterial(one) ? one : readKeyFile(one))));
}

function isMaterial(text: string): boolean {
  return /-----BEGIN |^untrusted comment:|^\s*\{|^RW[\w+/]{54}\s*$/.test(text);
}

async function readKeyFile(path: string): Promise<string> {
  const bytes = await readStart(path).catch((cause: unknown) => {
    throw unusable(`cannot read the key ${JSON.stringify(path)}`, cause);
  });
  if (bytes.length === 0 || bytes.length > maxBytes) {
    throw unusable(`${JSON.stringify(path)} is not a public key`);
  }
  // An OpenPGP packet begins with a byte that no text begins with.
  if (((bytes[0] ?? 0) & 0x80) === 0) return bytes.toString('utf8');
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  const kind = 'PGP PUBLIC KEY BLOCK';
  return `-----BEGIN ${kind}-----\n\n${lines.join('\n')}\n-----END ${kind}-----\n`;
}

/** The whole file, or more than `maxBytes` of it: a device has no end. */
async function readStart(path: string): Promise<Buffer> {
  const stats = statSync(path);
  // Files of /proc have no length; reading one may wait.
  const isShort = stats.isFile() && stats.size > 0 && stats.size <= maxBytesNow;
  if (isShort) return readFileSync(path);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length > maxBytes) break;
  }
  return Buffer.concat(pieces);
}

function unusable(message: string, cause?: unknown): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint: 'Give a public key of the vendor with keys (--key): an armored or encoded file, or its text.',
    details: { field: 'keys' },
    cause,
  });
}
