/** A PE file of these sections in order; each is padded to 512 bytes in the file. */
export function makeUki(
  sections: readonly (readonly [name: string, content: string | Uint8Array])[],
  machine = 0x8664,
): Buffer {
  const optionalBytes = 240;
  const at = 128;
  const headBytes = Math.ceil((at + 24 + optionalBytes + sections.length * 40) / 512) * 512;
  const head = Buffer.alloc(headBytes);
  head.write('MZ', 0);
  head.writeUInt32LE(at, 60);
  head.write('PE\0\0', at);
  head.writeUInt16LE(machine, at + 4);
  head.writeUInt16LE(sections.length, at + 6);
  head.writeUInt16LE(optionalBytes, at + 20);
  head.writeUInt16LE(0x20b, at + 24);
  const bodies: Buffer[] = [];
  let offset = headBytes;
  for (const [index, [name, content]] of sections.entries()) {
    const bytes = Buffer.from(content);
    const body = Buffer.alloc(Math.ceil(bytes.length / 512) * 512, 0xee);
    bytes.copy(body);
    const row = at + 24 + optionalBytes + index * 40;
    head.write(name, row, 'latin1');
    head.writeUInt32LE(bytes.length, row + 8);
    head.writeUInt32LE(0x1000 * (index + 1), row + 12);
    head.writeUInt32LE(body.length, row + 16);
    head.writeUInt32LE(offset, row + 20);
    offset += body.length;
    bodies.push(body);
  }
  return Buffer.concat([head, ...bodies]);
}
