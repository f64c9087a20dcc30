import type { OutputDevice } from './open-device.ts';

const signature = Buffer.from('EFI PART');

/**
 * Removes the header of a backup partition table from the last sector of a device: it describes the disk that was there
 * before, and repair tools and some firmware would put that one back (UEFI 2.10, section 5.3.2).
 */
export async function wipeStaleTable({ handle, sizeBytes }: OutputDevice): Promise<void> {
  for (const sectorBytes of [512, 4096]) {
    const position = sizeBytes - sectorBytes;
    if (position < 0) continue;
    const { buffer } = await handle.read(Buffer.alloc(sectorBytes), 0, sectorBytes, position);
    if (signature.compare(buffer, 0, signature.length) !== 0) continue;
    await handle.write(Buffer.alloc(sectorBytes), 0, sectorBytes, position);
  }
}
