import type { Digest } from '../../contracts/proof.ts';
import { digestOfBase64, digestOfHex } from '../digest.ts';
import { type ChecksumLine, plainName } from './checksum-line.ts';

/** `hex  name`, `hex *name`, `hex name`; a leading backslash means that the name is escaped. */
const gnuLine = /^(\\?)([0-9a-fA-F]+)(?: [ *]|[ \t]+)(\S.*)$/;
/** `SHA256 (name) = hex`, also without the blanks as OpenSSL writes it. */
const bsdLine = /^(\\?)([A-Za-z][A-Za-z0-9/-]*) ?\((.+)\) ?= ?([0-9a-fA-F]+)$/;
/** `# name: 507248640 bytes`. `# name: 722624K` is disk usage in blocks, not a length, and is ignored. */
const sizeComment = /^# (.+): (\d{1,15}) bytes$/;
/** `# SHA512 HASH` above lines of that hash, as Gentoo and Flatcar write their digests. */
const headingComment = /^# ?([A-Za-z][A-Za-z0-9/-]*) HASH$/;
const bareLine = /^(?:(sha256|sha512):)?([0-9a-fA-F]+)$/i;

/** Hex lengths of hashes other than SHA-256 and SHA-512: CRC-32, MD5, SHA-1, SHA-224, SHA-384. */
const weakLengths = new Set([8, 32, 40, 56, 96]);

/** Lists with one digest per line, as written by `sha256sum`, `sha512sum`, BSD's `sha256` and similar tools. */
export function* readSums(text: string): Generator<ChecksumLine> {
  let heading: string | undefined;
  let size: { name: string; bytes: number } | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    if (line === '') continue;
    if (line.startsWith('#')) {
      const [, name, bytes] = sizeComment.exec(line) ?? [];
      if (name !== undefined) size = { name: plainName(name), bytes: Number(bytes) };
      heading = headingComment.exec(line)?.[1] ?? heading;
      continue;
    }
    const read = readBsd(line) ?? readGnu(line, heading) ?? readBare(line, heading);
    if (read === undefined || read === 'malformed') {
      yield 'malformed';
    } else {
      yield { ...read, sizeBytes: size?.name === read.name ? size?.bytes : undefined };
    }
  }
}

function readBsd(line: string): ChecksumLine | undefined {
  const [, escaped, tag, name, hex] = bsdLine.exec(line) ?? [];
  if (tag === undefined || name === undefined || hex === undefined) return undefined;
  return named(name, escaped, digestUnder(tag, hex));
}

function readGnu(line: string, heading: string | undefined): ChecksumLine | undefined {
  const [, escaped, hex, name] = gnuLine.exec(line) ?? [];
  if (hex === undefined || name === undefined) return undefined;
  return named(name, escaped, digestUnder(heading, hex));
}

function readBare(line: string, heading: string | undefined): ChecksumLine | undefined {
  const [, tag, hex] = bareLine.exec(line) ?? [];
  if (hex !== undefined) return named(undefined, '', digestUnder(tag ?? heading, hex));
  const digest = digestOfBase64(line);
  return digest === undefined ? undefined : named(undefined, '', digest);
}

function named(
  name: string | undefined,
  escaped: string | undefined,
  digest: Digest | 'weak' | undefined,
): ChecksumLine {
  const plain = escaped === '\\' ? unescapeName(name ?? '') : name;
  if (digest === undefined || (name !== undefined && plain === undefined)) return 'malformed';
  return {
    name: plain === undefined ? undefined : plainName(plain),
    digest: digest === 'weak' ? undefined : digest,
  };
}

/** The length must match the tag: 128 digits under `BLAKE2b` are not a SHA-512. */
function digestUnder(tag: string | undefined, hex: string): Digest | 'weak' | undefined {
  const digest = digestOfHex(hex);
  if (tag === undefined) return digest ?? (weakLengths.has(hex.length) ? 'weak' : undefined);
  const [, bits] = /^SHA-?(?:2-)?(256|512)$/i.exec(tag) ?? [];
  if (bits === undefined) return 'weak';
  return digest?.startsWith(`sha${bits}:`) ? digest : undefined;
}

/** Handles `\\`, `\n` and `\r`; `undefined` for any other escape. */
function unescapeName(name: string): string | undefined {
  if (!/^(?:[^\\]|\\[\\nr])*$/.test(name)) return undefined;
  return name.replace(/\\([\\nr])/g, (_, letter: string) => {
    return letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\';
  });
}
