import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** `QFI\xfb`, the offset and the length of the backing file's name: docs/interop/qcow2.rst of QEMU, "Header". */
const magic = 0x514649fb;
const headerBytes = 20;
const maxNameBytes = 1023;

/** The name of the backing file in a qcow2 file; `undefined` for a file of another kind, or without one. */
export async function readBackingName(path: string): Promise<string | undefined> {
  // Without O_NONBLOCK, opening a named pipe waits for its writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const header = await readBytes(handle, 0, headerBytes);
    if (header.length < headerBytes || header.readUInt32BE(0) !== magic) return undefined;
    const offset = header.readBigUInt64BE(8);
    const length = header.readUInt32BE(16);
    if (offset === 0n || offset > 0xffff_ffffn || length > maxNameBytes) return undefined;
    return (await readBytes(handle, Number(offset), length)).toString('utf8');
  } finally {
    await handle.close();
  }
}

async function readBytes(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}
