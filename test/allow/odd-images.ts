/** A qcow2 of version 3 whose header marks it as corrupt (incompatible feature bit 1). */
export function markCorrupt(qcow2: Uint8Array): Buffer {
  const image = Buffer.from(qcow2);
  image.writeUInt8(image.readUInt8(79) | 2, 79);
  return image;
}

/** A disk with the start of a disk that LUKS (version 2) encrypted as a whole. */
export function makeEncrypted(sizeBytes: number = 1024 ** 2): Buffer {
  const disk = Buffer.alloc(sizeBytes);
  Buffer.from('LUKS\xba\xbe\x00\x02', 'latin1').copy(disk);
  disk.fill('ciphertext ', 32 * 1024);
  return disk;
}
