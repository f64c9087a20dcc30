import { createHash } from 'node:crypto';
import type { DiskToWrite, WriteContext, WriterSink } from '../../src/kit.ts';
import { finishTarHeader, formatTarHeader } from '../shared/tar/format-header.ts';
import { blockBytes } from '../shared/tar/header.ts';
import { writeStream } from '../shared/vmdk/write-stream.ts';
import { formatEnvelope } from './envelope.ts';

const names = { envelope: 'image.ovf', manifest: 'image.mf', disk: 'image.vmdk' };
/** Space for the descriptor: it comes first but holds the length of the disk, which is known last. */
const envelopeBytes = 8192;
const manifestAt = blockBytes + envelopeBytes;
/** After the descriptor come header and content of the manifest, which is shorter than a block. */
const diskAt = manifestAt + 2 * blockBytes;
/** GNU tar and POSIX pad an archive to records of 20 blocks. */
const recordBytes = 20 * blockBytes;

/** An OVA: descriptor, manifest and a streamOptimized VMDK, in this order. */
export async function writeOva(
  disk: DiskToWrite,
  out: WriterSink,
  context: WriteContext,
): Promise<void> {
  const hash = createHash('sha256');
  let end = diskAt + blockBytes;
  const stream = await writeStream(disk, context, async (bytes) => {
    const writing = out.write(end, bytes);
    hash.update(bytes);
    end += bytes.length;
    await writing;
  });
  const envelope = Buffer.alloc(envelopeBytes, '\n');
  const { os = 'other', firmware = 'bios' } = context.options;
  const { sizeBytes, capacity, populatedBytes } = stream;
  const machine = { vmdkName: names.disk, vmdkBytes: sizeBytes, capacity, populatedBytes };
  envelope.write(formatEnvelope({ ...machine, os, firmware }), 'latin1');
  const manifest = [
    `SHA256(${names.envelope})= ${createHash('sha256').update(envelope).digest('hex')}\n`,
    `SHA256(${names.disk})= ${hash.digest('hex')}\n`,
  ].join('');
  await out.write(0, Buffer.concat([headerOf(names.envelope, envelopeBytes), envelope]));
  const listed = Buffer.from(manifest, 'latin1');
  await out.write(manifestAt, Buffer.concat([headerOf(names.manifest, listed.length), listed]));
  await out.write(diskAt, headerOf(names.disk, sizeBytes));
  await out.setSize(Math.ceil((end + 2 * blockBytes) / recordBytes) * recordBytes);
}

function headerOf(name: string, storedBytes: number): Buffer {
  return finishTarHeader(formatTarHeader({ name, storedBytes }));
}
