const blockBytes = 512;

/** Fields of one header; missing ones have the values of a plain file. */
export interface TarFields {
  name: string | Uint8Array;
  type?: string;
  size?: number | Uint8Array;
  magic?: 'posix' | 'gnu' | 'v7';
  prefix?: string;
  link?: string;
  /** Bytes written over the header before its checksum is computed: position and value. */
  patch?: [at: number, bytes: Uint8Array | string][];
  checksum?: 'unsigned' | 'signed' | 'wrong';
}

const magics = { posix: 'ustar\x0000', gnu: 'ustar  \0', v7: '' };

export function tarHeader(fields: TarFields): Uint8Array {
  const block = Buffer.alloc(blockBytes);
  block.set(typeof fields.name === 'string' ? Buffer.from(fields.name) : fields.name);
  block.write('0000644\x000000000\x000000000\0', 100, 'latin1');
  const size = fields.size ?? 0;
  block.set(typeof size === 'number' ? octal(size, 12) : size, 124);
  block.write('00000000000\0', 136, 'latin1');
  block.write(fields.type ?? '0', 156, 'latin1');
  block.write(fields.link ?? '', 157);
  block.write(magics[fields.magic ?? 'posix'], 257, 'latin1');
  block.write(fields.prefix ?? '', 345);
  for (const [at, bytes] of fields.patch ?? []) {
    block.set(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, at);
  }
  block.fill(' ', 148, 156);
  const signed = fields.checksum === 'signed';
  const sum = block.reduce((total, byte) => total + (signed && byte > 127 ? byte - 256 : byte), 0);
  const stated = fields.checksum === 'wrong' ? sum + 1 : sum;
  block.write(`${stated.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

export function octal(value: number, width: number): Uint8Array {
  return Buffer.from(`${value.toString(8).padStart(width - 1, '0')}\0`, 'latin1');
}

export function base256(value: bigint, width: number = 12): Uint8Array {
  const bytes = Buffer.alloc(width);
  for (let i = width - 1, left = value; i >= 0; i -= 1, left >>= 8n) bytes[i] = Number(left & 255n);
  bytes[0] = (bytes[0] ?? 0) | 0x80;
  return bytes;
}

/** Zeros up to the next block. */
export function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / blockBytes) * blockBytes);
  whole.set(bytes);
  return whole;
}

/** A member: header and data. */
export function tarFile(
  name: string,
  content: Uint8Array | string,
  fields: Omit<Partial<TarFields>, 'name'> = {},
): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([tarHeader({ size: bytes.length, ...fields, name }), padded(bytes)]);
}

/** A pax header with these records, in order; a key may occur again. */
export function paxHeader(records: [key: string, value: string][], type: string = 'x'): Uint8Array {
  const text = records.map(([key, value]) => paxRecord(key, value)).join('');
  return tarFile('PaxHeaders/x', text, { type });
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + 1;
  while (String(length).length + bytes !== length) length += 1;
  return `${length}${rest}`;
}

/** The archive of these members, with the two blocks that end it. */
export function tarArchive(...members: Uint8Array[]): Uint8Array {
  return Buffer.concat([...members, new Uint8Array(2 * blockBytes)]);
}
