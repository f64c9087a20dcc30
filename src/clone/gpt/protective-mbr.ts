const firstEntry = 446;
const entryBytes = 16;
const protectiveType = 0xee;

/**
 * Sets the protective entry of a master boot record to the length of the disk (UEFI 2.10, section 5.2.3); true if it
 * changed. A hybrid record, which also has other entries, stays unchanged: its protective entry covers only the rest.
 */
export function growProtective(mbr: Buffer, sectors: number): boolean {
  if (mbr.readUInt16LE(510) !== 0xaa55) return false;
  const used = [0, 1, 2, 3]
    .map((index) => firstEntry + index * entryBytes)
    .filter((offset) => mbr[offset + 4] !== 0);
  const [only] = used;
  if (only === undefined || used.length > 1 || mbr[only + 4] !== protectiveType) return false;
  const length = Math.min(0xffff_ffff, sectors - 1);
  if (mbr.readUInt32LE(only + 12) === length) return false;
  mbr.writeUInt32LE(length, only + 12);
  return true;
}
