import { abortable, type ByteSource, type DecodeContext, type DiskImage } from '../../src/kit.ts';
import { copyImage } from './copy-image.ts';
import { refuseQcow2 } from './file-offset.ts';
import { parseQcow2Header, parseStart } from './header.ts';

/** Reads the first cluster and checks all its values; `copyTo` reads the tables. */
export async function openQcow2(source: ByteSource, context: DecodeContext): Promise<DiskImage> {
  const { signal } = context;
  const { clusterBits } = parseStart(await abortable(source.read(0, 24), signal));
  const cluster = await abortable(source.read(0, 2 ** clusterBits), signal);
  const header = parseQcow2Header(cluster, context);
  const l1End = header.l1Offset + header.l1Bytes;
  if (header.l1Used > 0 && l1End > (source.sizeBytes ?? l1End)) {
    const details = { offset: header.l1Offset };
    throw refuseQcow2('truncated', 'the L1 table lies past the end of the file', details);
  }
  return {
    virtualSize: header.virtualSize,
    facts: {
      variant: `v${header.version}`,
      clusterBytes: header.clusterBytes,
      compression: header.compression,
      features: header.features,
    },
    copyTo: (sink) => copyImage(source, header, sink, context),
  };
}
