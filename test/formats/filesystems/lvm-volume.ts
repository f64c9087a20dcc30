/** Makes a physical volume of LVM2 from the public description of its format; uses no code of the reader. */
const sector = 512;
const areaAt = 4096;
const areaBytes = 64 * 1024;
const extentsAt = 1024 * 1024;
export const extentBytes: number = 64 * 1024;
const id = 'abcdefGHIJKLMNOPQRSTUVWXYZ012345';

/** CRC-32, bit by bit, with the initial value of LVM2. */
function sum(bytes: Uint8Array): number {
  let crc = 0xf597a6cf;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ ((crc & 1) * 0xedb88320);
  }
  return crc >>> 0;
}

/** Describes the group `ol` with these logical volumes. */
export function describeGroup(logical: string, more = ''): string {
  const dashed = id.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-$5-$6-');
  return `ol {\nid = "x" # a comment with { and "\nextent_size = ${extentBytes / sector}
physical_volumes {\npv0 {\nid = "${dashed}"\npe_start = ${extentsAt / sector}\npe_count = 16\n}
${more}}\nlogical_volumes {\n${logical}\n}\n}\ndescription = "a \\"word\\" }"\n`;
}

/** One segment; a stripe is a physical volume and its first extent. */
export function segment(
  number: number,
  start: number,
  count: number,
  stripes: string,
  type = 'striped',
): string {
  return `segment${number} {\nstart_extent = ${start}\nextent_count = ${count}\ntype = "${type}"
stripe_count = ${stripes.split('"').length >> 1}\nstripes = [\n${stripes}\n]\n}\n`;
}

/**
 * A volume of 2 MiB whose extent `n` is filled with `n`; its description begins `textAt` bytes into its area and may
 * wrap.
 */
export function makePhysicalVolume(
  text: string,
  { textAt = 512 }: { textAt?: number } = {},
): Buffer {
  const volume = Buffer.alloc(2 * 1024 * 1024);
  const label = volume.subarray(sector, 2 * sector);
  label.write('LABELONE');
  label.writeBigUInt64LE(1n, 8);
  label.writeUInt32LE(32, 20);
  label.write('LVM2 001', 24);
  label.write(id, 32);
  label.writeBigUInt64LE(BigInt(volume.length), 64);
  label.writeBigUInt64LE(BigInt(extentsAt), 72);
  label.writeBigUInt64LE(BigInt(areaAt), 104);
  label.writeBigUInt64LE(BigInt(areaBytes), 112);
  label.writeUInt32LE(sum(label.subarray(20)), 16);
  const area = volume.subarray(areaAt, areaAt + areaBytes);
  const bytes = Buffer.from(text);
  area.write(' LVM2 x[5A%r0N*>', 4);
  area.writeUInt32LE(1, 20);
  area.writeBigUInt64LE(BigInt(areaAt), 24);
  area.writeBigUInt64LE(BigInt(areaBytes), 32);
  area.writeBigUInt64LE(BigInt(textAt), 40);
  area.writeBigUInt64LE(BigInt(bytes.length), 48);
  area.writeUInt32LE(sum(bytes), 56);
  area.writeUInt32LE(sum(area.subarray(4, sector)), 0);
  const first = Math.min(bytes.length, areaBytes - textAt);
  bytes.copy(area, textAt, 0, first);
  bytes.copy(area, sector, first);
  for (let extent = 0; extent < 16; extent += 1) {
    const at = extentsAt + extent * extentBytes;
    volume.fill(extent, at, at + extentBytes);
  }
  return volume;
}
