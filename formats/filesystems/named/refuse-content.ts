import { type ByteSource, refuse } from '../../../src/kit.ts';
import { nameContent } from './name-content.ts';

const headBytes = 256 * 1024;
const uuidAt = 168;

/** Refuses a volume with the name of its content. */
export async function refuseContent(volume: ByteSource, signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  const head = Buffer.from(await volume.read(0, headBytes));
  const name = nameContent(head);
  if (name === undefined) {
    throw refuse('corrupt-header', 'The volume holds no file system with a name');
  }
  const format = name.toLowerCase().replaceAll(' ', '');
  if (name === 'LUKS') {
    const version = head.readUInt16BE(6);
    const [uuid = ''] = head.toString('latin1', uuidAt, uuidAt + 40).split('\0', 1);
    const whose = /^[\da-f-]{36}$/i.test(uuid) ? ` with UUID ${uuid}` : '';
    throw refuse('encrypted', `The volume is encrypted (LUKS${version}${whose})`, {
      format,
      hint: 'Decrypt the volume on Linux, or read another volume of the disk.',
    });
  }
  if (name === 'BitLocker') {
    throw refuse('encrypted', 'The volume is encrypted (BitLocker)', {
      format,
      hint: 'Decrypt the volume on Windows, or read another volume of the disk.',
    });
  }
  throw refuse('unsupported-feature', `The volume holds ${name}, which is not read`, {
    format,
    hint: 'Read a volume with ext2, ext3, ext4, XFS, btrfs or FAT.',
  });
}
