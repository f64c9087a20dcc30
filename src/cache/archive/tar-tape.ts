import type { FileHandle } from 'node:fs/promises';
import { refuse } from '../../errors.ts';
import { isZeros } from '../../kit/is-zeros.ts';
import { inCache } from '../cache-error.ts';
import { type ExportMember, paddingBytes, tarBlockBytes, tarChecksum } from './tar-head.ts';

const pieceBytes = 1024 * 1024;
const maxPaxBytes = 64 * 1024;

/** Reads a tar that `exportCache` wrote, once, from beginning to end. Holds at most one piece in memory. */
export class TarTape {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #signal: AbortSignal;

  constructor(handle: FileHandle, path: string, signal: AbortSignal) {
    this.#handle = handle;
    this.#path = path;
    this.#signal = signal;
  }

  /** The next member; `undefined` at the end. Refuses everything except regular files with plain names. */
  async next(): Promise<ExportMember | undefined> {
    const records = new Map<string, string>();
    for (;;) {
      const block = await this.read(tarBlockBytes);
      if (isZeros(block)) return undefined;
      const head = parseHead(block);
      if (head.type === 'x' && records.size === 0 && head.sizeBytes <= maxPaxBytes) {
        const body = await this.read(head.sizeBytes);
        await this.skip(paddingBytes(head.sizeBytes));
        for (const [key, value] of parseRecords(body.toString('utf8'))) records.set(key, value);
        continue;
      }
      return toMember(head, records);
    }
  }

  /** Exactly `length` bytes of the archive. */
  async read(length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      this.#signal.throwIfAborted();
      const { bytesRead } = await inCache(this.#path, 'read', () =>
        this.#handle.read(bytes, done, length - done, null),
      );
      if (bytesRead === 0) throw refuse('truncated', 'the archive ends in the middle of a member');
      done += bytesRead;
    }
    return bytes;
  }

  /** The next `length` bytes, in pieces. */
  async *pieces(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      const piece = await this.read(Math.min(left, pieceBytes));
      left -= piece.length;
      yield piece;
    }
  }

  async skip(length: number): Promise<void> {
    for await (const _ of this.pieces(length));
  }
}

interface Head {
  name: string;
  sizeBytes: number;
  mtimeMs: number;
  type: string;
}

function parseHead(block: Buffer): Head {
  const text = (at: number, length: number) => {
    const field = block.subarray(at, at + length);
    const end = field.indexOf(0);
    return field.subarray(0, end < 0 ? length : end).toString('utf8');
  };
  const octal = (at: number, length: number) => {
    const digits = /^[0-7]+$/.exec(text(at, length).trim())?.[0];
    if (digits === undefined) throw badArchive('a header has an invalid number');
    return Number.parseInt(digits, 8);
  };
  if (text(257, 5) !== 'ustar' || octal(148, 8) !== tarChecksum(block)) {
    throw badArchive('a header is damaged');
  }
  const prefix = text(345, 155);
  const name = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  const type = text(156, 1);
  return { name, sizeBytes: octal(124, 12), mtimeMs: octal(136, 12) * 1000, type };
}

function parseRecords(text: string): [string, string][] {
  const records: [string, string][] = [];
  for (let rest = text; rest !== ''; ) {
    const [, digits = '', key = ''] = /^(\d{1,5}) ([^=\n]{1,100})=/.exec(rest) ?? [];
    const record = Buffer.from(rest).subarray(0, Number(digits)).toString('utf8');
    if (key === '' || !record.endsWith('\n')) throw badArchive('a pax header is damaged');
    records.push([key, record.slice(digits.length + key.length + 2, -1)]);
    rest = rest.slice(record.length);
  }
  return records;
}

function toMember(
  { name, sizeBytes, mtimeMs, type }: Head,
  records: Map<string, string>,
): ExportMember {
  const plain = records.get('GNU.sparse.name') ?? records.get('path') ?? name;
  if (type !== '0' && type !== '') {
    throw refuse(
      'unsafe-path',
      `${JSON.stringify(plain)} in the archive is not a plain file`,
      noExport,
    );
  }
  if (plain === '' || plain.includes('/') || plain.startsWith('.')) {
    throw refuse('unsafe-path', `the archive holds the path ${JSON.stringify(plain)}`, noExport);
  }
  const isSparse =
    records.get('GNU.sparse.major') === '1' && records.get('GNU.sparse.minor') === '0';
  const stored = records.has('size') ? readWhole(records.get('size')) : sizeBytes;
  const realBytes = isSparse ? readWhole(records.get('GNU.sparse.realsize')) : undefined;
  return { name: plain, sizeBytes: stored, mtimeMs, realBytes };
}

/** A non-negative integer from a pax header or a sparse map. */
export function readWhole(text: string | undefined): number {
  const value = /^\d{1,16}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw badArchive('it has an invalid number');
}

export const noExport: { hint: string } = {
  hint: 'Import only what rootdisk cache export wrote.',
};

export function badArchive(why: string): Error {
  return refuse('corrupt-header', `this is not an export of a cache: ${why}`, noExport);
}
