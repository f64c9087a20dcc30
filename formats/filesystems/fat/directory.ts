/** One entry of a directory. */
export interface FatEntry {
  name: string;
  /** The name of eight plus three characters, which also finds the file. */
  shortName: string;
  isDirectory: boolean;
  cluster: number;
  sizeBytes: number;
}

const entryBytes = 32;
const attributes = { longName: 0x0f, label: 0x08, directory: 0x10 };
const lowerBase = 0x08;
const lowerExtension = 0x10;
/** The positions of the 13 characters in a part of a long name. */
const characterPlaces = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
const mostParts = 20;

interface LongName {
  /** Parts in the order of the name. */
  parts: string[];
  checksum: number;
  /** Number of the part that must come next; 0 when all have been read. */
  wanted: number;
}

/** Yields the entries of a directory without the volume label, `.` and `..`. */
export function* parseDirectory(bytes: Buffer): Generator<FatEntry> {
  let long: LongName | undefined;
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
    const entry = bytes.subarray(at, at + entryBytes);
    const first = entry[0] ?? 0;
    if (first === 0) return;
    const kind = entry[11] ?? 0;
    if (first !== 0xe5 && (kind & 0x3f) === attributes.longName) {
      long = addPart(long, entry);
      continue;
    }
    const isUsed = first !== 0xe5 && (kind & attributes.label) === 0;
    if (isUsed) {
      const shortName = shortNameOf(entry);
      const name = longNameOf(long, entry) ?? shortName;
      if (name !== '.' && name !== '..' && !name.includes('/')) {
        yield {
          name,
          shortName,
          isDirectory: (kind & attributes.directory) !== 0,
          cluster: entry.readUInt16LE(20) * 0x1_0000 + entry.readUInt16LE(26),
          sizeBytes: entry.readUInt32LE(28),
        };
      }
    }
    long = undefined;
  }
}

/** Names that differ only in case are equal. */
export function foldName(name: string): string {
  return name.toUpperCase();
}

/** The parts come before the entry, the last one first, and count down without a gap. */
function addPart(long: LongName | undefined, entry: Buffer): LongName | undefined {
  const order = entry[0] ?? 0;
  const number = order & 0x3f;
  const checksum = entry[13] ?? 0;
  const text = characterPlaces.map((place) => entry.subarray(place, place + 2).toString('utf16le'));
  const part = text.join('').split('\0', 1)[0] ?? '';
  if ((order & 0x40) !== 0) {
    if (number < 1 || number > mostParts) return undefined;
    return { parts: [part], checksum, wanted: number - 1 };
  }
  if (long === undefined || number !== long.wanted || number === 0 || checksum !== long.checksum) {
    return undefined;
  }
  return { parts: [part, ...long.parts], checksum, wanted: number - 1 };
}

/** The long name, if it belongs to this entry and is valid. */
function longNameOf(long: LongName | undefined, entry: Buffer): string | undefined {
  if (long === undefined || long.wanted !== 0) return undefined;
  let sum = 0;
  for (const byte of entry.subarray(0, 11)) sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  if (sum !== long.checksum) return undefined;
  const name = long.parts.join('');
  return name !== '' && name.isWellFormed() ? name : undefined;
}

function shortNameOf(entry: Buffer): string {
  const raw = Buffer.from(entry.subarray(0, 11));
  // 0x05 stands for 0xE5, because 0xE5 marks a deleted entry.
  if (raw[0] === 0x05) raw[0] = 0xe5;
  const cases = entry[12] ?? 0;
  const base = raw.toString('latin1', 0, 8).trimEnd();
  const extension = raw.toString('latin1', 8, 11).trimEnd();
  const lower = (text: string, bit: number) => ((cases & bit) === 0 ? text : text.toLowerCase());
  const stem = lower(base, lowerBase);
  return extension === '' ? stem : `${stem}.${lower(extension, lowerExtension)}`;
}
