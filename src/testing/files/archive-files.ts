import { crc32, deflateRawSync } from 'node:zlib';

/** Contents of archive members by name, in their order. */
export type MemberContents = Record<string, Uint8Array>;

/** A tar file of these members (POSIX ustar). */
export function buildTarFile(members: MemberContents): Uint8Array {
  const parts = Object.entries(members).flatMap(([name, content]) => [
    tarHeaderOf(name, content.length),
    content,
    new Uint8Array(-content.length & 511),
  ]);
  return Uint8Array.from(Buffer.concat([...parts, new Uint8Array(1024)]));
}

function tarHeaderOf(name: string, sizeBytes: number): Uint8Array {
  const block = Buffer.alloc(512);
  block.write(name);
  block.write('0000644\x000000000\x000000000\0', 100, 'latin1');
  block.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write('00000000000\0', 136, 'latin1');
  block.write('0', 156);
  block.write('ustar\x0000', 257, 'latin1');
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** A zip file of these members, deflated. */
export function buildZipFile(members: MemberContents): Uint8Array {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const text = Buffer.from(name);
    const packed = deflateRawSync(content);
    const numbers = Buffer.alloc(26);
    numbers.writeUInt16LE(20, 0);
    numbers.writeUInt16LE(8, 4);
    numbers.writeUInt32LE(crc32(content), 10);
    numbers.writeUInt32LE(packed.length, 14);
    numbers.writeUInt32LE(content.length, 18);
    numbers.writeUInt16LE(text.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), numbers, text, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((0o100644 * 2 ** 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from('PK\x01\x02\x14\x03', 'latin1');
    directory.push(Buffer.concat([madeBy, numbers, rest, text]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Uint8Array.from(Buffer.concat([...locals, central, end]));
}

/** An OVA: a descriptor that names one disk, and the disk itself (a VMDK from `buildVmdkImage`, variant `streamOptimized`). */
export function buildOvaFile(disk: Uint8Array, virtualSize: number): Uint8Array {
  const descriptor = `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
  <References><File ovf:href="disk.vmdk" ovf:id="file1"/></References>
  <DiskSection><Info>Virtual disks</Info><Disk ovf:capacity="${virtualSize}" ovf:diskId="vmdisk1" ovf:fileRef="file1"/></DiskSection>
  <VirtualSystem ovf:id="vm"><Info>A machine</Info></VirtualSystem>
</Envelope>
`;
  return buildTarFile({ 'machine.ovf': Buffer.from(descriptor), 'disk.vmdk': disk });
}
