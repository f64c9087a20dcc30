import type { ByteSource } from '../contracts/bytes.ts';
import type { Archive, DecodeContext, Format } from '../contracts/format.ts';
import { refuse } from '../errors.ts';
import { boundOutput } from './bounds.ts';
import { detectFormat, matchFormats } from './detect-format.ts';
import { probeSource } from './probe-source.ts';

/** An archive with declared layers, after the codecs around it were removed. */
export interface OpenArchive {
  archive: Archive;
  source: ByteSource;
  /** Format ids, outermost first; the last one is the archive. */
  chain: string[];
}

/** Removes declared codecs until the archive is reached; every layer is compared with the bytes. */
export async function openArchive(
  source: ByteSource,
  declared: readonly string[],
  formats: readonly Format[],
  context: DecodeContext,
): Promise<OpenArchive> {
  const chain: string[] = [];
  let current = source;
  for (;;) {
    const probe = await probeSource(current);
    const matches = await matchFormats(current, probe, formats, context);
    const format = detectFormat(probe, matches, formats, declared[chain.length], context);
    chain.push(format.id);
    if (format.kind === 'archive') return { archive: format, source: current, chain };
    if (format.kind === 'disk' || chain.length >= context.limits.nesting) {
      throw refuse('not-an-image', `${chain.join('>')} is not an archive`, {
        declared: declared.join('>'),
      });
    }
    const output = boundOutput(format.decode(current, context), current, context.limits);
    current = context.spool(output);
  }
}
