import {
  abortable,
  type ByteSource,
  type DecodeContext,
  type DiskFacts,
  type DiskImage,
} from '../../src/kit.ts';
import { copyFixed } from './copy-fixed.ts';
import { parseFixedEnd } from './fixed-end.ts';
import { footerBytes } from './footer.ts';

/** A disk followed by a footer; if the file is complete, the footer is read immediately. */
export async function openFixed(source: ByteSource, context: DecodeContext): Promise<DiskImage> {
  const { signal, limits } = context;
  const { sizeBytes } = source;
  const facts: DiskFacts = { variant: 'fixed', features: [] };
  let virtualSize: number | undefined;
  if (sizeBytes !== undefined && source.readyBytes >= sizeBytes) {
    const position = Math.max(0, sizeBytes - footerBytes);
    const end = await abortable(source.read(position, footerBytes), signal);
    const known = parseFixedEnd(end, sizeBytes, limits);
    virtualSize = known.virtualSize;
    facts.features.push(...known.features);
  }
  return {
    virtualSize,
    facts,
    async copyTo(sink) {
      const { features } = await copyFixed(source, sink, virtualSize, context);
      facts.features = features;
    },
  };
}
