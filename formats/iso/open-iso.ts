import { abortable, type ByteSource, type DecodeContext, type DiskImage } from '../../src/kit.ts';
import { copyDisc, discTooLong } from './copy-disc.ts';
import { findVolume, refuseIso } from './volume.ts';

const headBytes = 128 * 1024;

/** Reads the volume descriptors; only the length in them is used. */
export async function openIso(source: ByteSource, context: DecodeContext): Promise<DiskImage> {
  const { signal, limits } = context;
  const limit = limits.virtualBytes;
  const head = await abortable(source.read(0, headBytes), signal);
  if (head.length === 0) throw refuseIso('empty', 'the file is empty');
  const volume = findVolume(head);
  if (volume === undefined) {
    throw refuseIso('format-mismatch', 'the file is not an ISO 9660 or UDF image', {
      declared: 'iso',
    });
  }
  const { variant, name, hybrid, volumeBytes } = volume;
  const { sizeBytes } = source;
  if (sizeBytes !== undefined) {
    checkLength(sizeBytes, volumeBytes);
    if (sizeBytes > limit) throw discTooLong(sizeBytes, limit);
  }
  const features = hybrid ? ['isohybrid'] : [];
  if (name !== '') features.push(`volume ${name}`);
  return {
    virtualSize: sizeBytes,
    facts: { variant, features },
    async copyTo(sink) {
      if (sizeBytes !== undefined) await sink.setSize(sizeBytes);
      const copied = await copyDisc(source, sink, context);
      if (sizeBytes !== undefined) return;
      checkLength(copied, volumeBytes);
      await sink.setSize(copied);
    },
  };
}

/** A file may be longer than its volume: with a partition appended, or with padding. */
function checkLength(fileBytes: number, volumeBytes = 0): void {
  if (volumeBytes <= fileBytes) return;
  throw refuseIso('truncated', `the file holds only ${fileBytes} bytes of its volume`, {
    offset: fileBytes,
    value: volumeBytes,
  });
}
