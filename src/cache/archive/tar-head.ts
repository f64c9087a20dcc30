import { defined } from '../../kit/defined.ts';

/** Headers and bodies of a tar are whole blocks: POSIX.1-2001, pax, "ustar Interchange Format". */
export const tarBlockBytes: number = 512;

export interface ExportMember {
  name: string;
  /** Length in bytes of the body in the archive. */
  sizeBytes: number;
  mtimeMs: number;
  /** Length in bytes of a sparse file, whose body begins with its map: GNU tar's sparse format 1.0. */
  realBytes?: number | undefined;
}

const maxNameBytes = 100;
const maxOctalBytes = 0o77777777777;

/** The header of a member, preceded by a pax header when a value does not fit its ustar field. */
export function formatTarHead({ name, sizeBytes, mtimeMs, realBytes }: ExportMember): Buffer {
  const isSparse = realBytes !== undefined;
  const isLong = Buffer.byteLength(name) > maxNameBytes;
  const records = defined({
    path: isLong && !isSparse ? name : undefined,
    size: sizeBytes > maxOctalBytes ? String(sizeBytes) : undefined,
    'GNU.sparse.major': isSparse ? '1' : undefined,
    'GNU.sparse.minor': isSparse ? '0' : undefined,
    'GNU.sparse.name': isSparse ? name : undefined,
    'GNU.sparse.realsize': realBytes?.toString(),
  });
  const body = Buffer.from(Object.entries(records).map(formatRecord).join(''));
  const time = Math.floor(mtimeMs / 1000);
  const own = formatBlock(
    name.slice(0, maxNameBytes),
    Math.min(sizeBytes, maxOctalBytes),
    time,
    '0',
  );
  if (body.length === 0) return own;
  const pax = formatBlock('PaxHeader', body.length, time, 'x');
  return Buffer.concat([pax, body, tarPadding(body.length), own]);
}

/** The zeros after a body, up to the end of its last block. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc(paddingBytes(sizeBytes));
}

export function paddingBytes(sizeBytes: number): number {
  return (tarBlockBytes - (sizeBytes % tarBlockBytes)) % tarBlockBytes;
}

/** The checksum of a header: the sum of its bytes, with the checksum field itself read as blanks. */
export function tarChecksum(block: Uint8Array): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

/** `length key=value\n`; the length counts its own digits. */
function formatRecord([key, value]: [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  const length = [1, 2, 3, 4]
    .map((digits) => bytes + digits)
    .find((sum, at) => String(sum).length === at + 1);
  return `${length}${rest}`;
}

function formatBlock(name: string, sizeBytes: number, time: number, type: string): Buffer {
  const block = Buffer.alloc(tarBlockBytes);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  block.write(name, 0);
  block.write(`${octal(0o444, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100);
  block.write(`${octal(sizeBytes, 11)}\0${octal(time, 11)}\0`, 124);
  block.write(type, 156);
  block.write('ustar\x0000', 257);
  block.write(`${octal(tarChecksum(block), 6)}\0 `, 148);
  return block;
}
