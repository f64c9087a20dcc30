import { defined, isZeros } from '../../src/kit.ts';
import { refuseVmdk } from './magic.ts';

/** The values of a descriptor; keys and types in lower case. */
export interface Descriptor {
  /** Keys outside the disk data base, each of which may occur once. */
  values: Map<string, string>;
  extents: DescriptorExtent[];
  encrypted: boolean;
}

export interface DescriptorExtent {
  access: string;
  sectors: bigint;
  type: string;
  /** Untrusted text; never used as a name. */
  name?: string;
  /** The text after the name; sparse extents have none. */
  rest?: string;
}

const extentLine = /^(rw|rdonly|noaccess)\s+(\d{1,20})\s+([a-z]+)(?:\s+"([^"]*)")?(?:\s+(\S+))?$/i;
const valueLine = /^([a-z][\w.:-]*)\s*=\s*(.*)$/i;
const database = 'ddb.';

/**
 * Reads the text up to the first zero byte; refuses lines of an unknown kind and repeated keys. The title is not
 * required: some writers put another comment in its place.
 */
export function parseDescriptor(bytes: Uint8Array): Descriptor {
  const end = bytes.indexOf(0);
  const text = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
  if (end >= 0 && !isLeftOver(bytes.subarray(end + 1), text)) {
    throw corrupt('is followed by other bytes');
  }
  const lines = text.split('\n').map((line) => line.trim());
  const descriptor: Descriptor = { values: new Map(), extents: [], encrypted: false };
  for (const line of lines) {
    if (line !== '' && !line.startsWith('#')) addLine(descriptor, line);
  }
  return descriptor;
}

/** qemu writes a shorter CID over a longer one and leaves the end of the old text after the new one's zero byte. */
function isLeftOver(bytes: Uint8Array, text: string): boolean {
  const end = bytes.indexOf(0);
  const rest = end < 0 ? bytes : bytes.subarray(0, end);
  return (
    text.endsWith(Buffer.from(rest).toString('latin1')) && isZeros(bytes.subarray(rest.length))
  );
}

function addLine(descriptor: Descriptor, line: string): void {
  const extent = extentLine.exec(line);
  if (extent !== null) {
    const [, access = '', sectors = '', type = '', name, rest] = extent;
    descriptor.extents.push({
      ...{ access: access.toLowerCase(), sectors: BigInt(sectors), type: type.toLowerCase() },
      ...defined({ name, rest }),
    });
    return;
  }
  const [, word = '', quoted = ''] = valueLine.exec(line) ?? [];
  if (word === '') throw corrupt('has a line of an unknown kind');
  const key = word.toLowerCase();
  const value = quoted.replace(/^"(.*)"$/, '$1');
  if (/encrypt|keysafe/.test(key) || (key === 'ddb.iofilters' && /crypt/i.test(value))) {
    descriptor.encrypted = true;
  }
  if (key.startsWith(database)) return;
  if (descriptor.values.has(key)) throw corrupt('has a key twice');
  descriptor.values.set(key, value);
}

function corrupt(what: string): Error {
  return refuseVmdk('corrupt-header', `the descriptor ${what}`, { offset: 512 });
}
