/** A name of eight and three characters, and whether it represents the full name. */
export interface ShortName {
  bytes: Buffer;
  isWhole: boolean;
}

/** The short name of a file. `taken` are the short names of the same folder; the new one is added. */
export function shortName(name: string, taken: Set<string>): ShortName {
  const upper = name.toUpperCase();
  const dot = upper.lastIndexOf('.');
  const clean = (text: string): string => text.replace(/[^A-Z0-9_-]/g, '');
  const base = clean(dot > 0 ? upper.slice(0, dot) : upper);
  const extension = clean(dot > 0 ? upper.slice(dot + 1) : '').slice(0, 3);
  const whole = extension === '' ? base : `${base}.${extension}`;
  const isWhole = whole === name && base.length <= 8;
  for (let number = 0; ; number += 1) {
    const tail = isWhole && number === 0 ? '' : `~${Math.max(1, number)}`;
    const field = `${base.slice(0, 8 - tail.length)}${tail}`.padEnd(8) + extension.padEnd(3);
    if (taken.has(field)) continue;
    taken.add(field);
    return { bytes: Buffer.from(field, 'latin1'), isWhole: tail === '' };
  }
}

/** Entries of a long name, last part first; they precede the short entry (FAT specification 1.03, section 7). */
export function longNameEntries(name: string, short: Buffer): Buffer[] {
  const units = [...Buffer.from(name, 'utf16le')];
  const count = Math.ceil(name.length / 13);
  // Terminated by a zero, then padded.
  if (name.length % 13 !== 0) units.push(0, 0);
  while (units.length < count * 26) units.push(0xff);
  const checksum = short.reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);
  return Array.from({ length: count }, (_, index) => {
    const part = Buffer.from(units.slice(index * 26, (index + 1) * 26));
    const entry = Buffer.alloc(32);
    entry[0] = (index + 1) | (index === count - 1 ? 0x40 : 0);
    entry[11] = 0x0f;
    entry[13] = checksum;
    part.copy(entry, 1, 0, 10);
    part.copy(entry, 14, 10, 22);
    part.copy(entry, 28, 22, 26);
    return entry;
  }).reverse();
}
