import type { ByteSource } from '../contracts/bytes.ts';
import type { DecodeContext, Format, Probe } from '../contracts/format.ts';

/** The formats that detect these bytes; where these are several, only those that still do after they have read on. */
export async function matchFormats(
  source: ByteSource,
  probe: Probe,
  formats: readonly Format[],
  context: DecodeContext,
): Promise<Format[]> {
  const matches = formats.filter((format) => format.detect(probe));
  if (matches.length < 2) return matches;
  const certain: Format[] = [];
  for (const format of matches) {
    const further = format.kind === 'codec' ? format.detectFurther : undefined;
    if (further === undefined || (await further(source, context))) certain.push(format);
  }
  return certain;
}
