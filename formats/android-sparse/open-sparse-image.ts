import { abortable, type ByteSource, type DecodeContext, type DiskImage } from '../../src/kit.ts';
import { copySparseImage } from './copy-sparse-image.ts';
import { parseSparseImageHeader, sparseHeaderBytes } from './header.ts';

/** Reads the header; the chunks are read in order when the disk is copied. */
export async function openSparseImage(
  source: ByteSource,
  context: DecodeContext,
): Promise<DiskImage> {
  const bytes = await abortable(source.read(0, sparseHeaderBytes), context.signal);
  const header = parseSparseImageHeader(bytes, context.limits);
  return {
    virtualSize: header.virtualSize,
    facts: {
      variant: `v${header.version}`,
      clusterBytes: header.blockBytes,
      features: header.checksum === 0 ? [] : ['checksum'],
    },
    copyTo: (sink) => copySparseImage(source, header, sink, context),
  };
}
