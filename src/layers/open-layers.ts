import type { ByteSource } from '../contracts/bytes.ts';
import type { DecodeContext, DiskImage, Format, Probe } from '../contracts/format.ts';
import { refuse } from '../errors.ts';
import { boundOutput } from './bound-output.ts';
import { detectFormat } from './detect-format.ts';
import { openMember } from './open-member.ts';

/** An image whose every layer has been recognised. */
export interface OpenLayers {
  /** Format ids, outermost first; the last is the disk. */
  chain: string[];
  image: DiskImage;
  /** The bytes of the innermost layer: the disk image file itself. */
  inner: ByteSource;
  /** Drains what surrounds the disk, so that sums at the end are checked too. */
  finish(): Promise<void>;
}

const headBytes = 128 * 1024;
const tailBytes = 64 * 1024;

/**
 * Recognises layer after layer from the bytes, each compared with the declared one, until a disk is open. `declared` is
 * empty where nothing was promised; `entry` names the member of an archive layer; `chain` is filled as layers are found.
 */
export async function openLayers(
  source: ByteSource,
  declared: readonly string[],
  entry: string | undefined,
  formats: readonly Format[],
  context: DecodeContext,
  chain: string[] = [],
): Promise<OpenLayers> {
  const finishes: (() => Promise<void>)[] = [];
  let current = source;
  for (;;) {
    // A declaration that ends with a codec or an archive leaves open what is inside.
    const format = detectFormat(await probeSource(current), formats, declared[chain.length]);
    chain.push(format.id);
    if (format.kind === 'disk') {
      const image = await format.open(current, context);
      return { chain, image, inner: current, finish: () => finishAll(finishes) };
    }
    if (chain.length >= context.limits.nesting) throw tooDeep(chain, context.limits.nesting);
    if (format.kind === 'codec') {
      const output = boundOutput(format.decode(current, context), context.limits.virtualBytes);
      current = context.spool(output);
    } else {
      const member = await openMember(format, current, entry, context);
      finishes.unshift(member.finish);
      current = member.source;
    }
  }
}

/** Both ends of a source, the tail only where it is there already. */
export async function probeSource(source: ByteSource): Promise<Probe> {
  const head = await source.read(0, headBytes);
  const sizeBytes = source.sizeBytes;
  if (sizeBytes === undefined) return { head };
  if (source.readyBytes < sizeBytes) return { head, sizeBytes };
  const from = Math.max(0, sizeBytes - tailBytes);
  return { head, sizeBytes, tail: await source.read(from, sizeBytes - from) };
}

async function finishAll(finishes: (() => Promise<void>)[]): Promise<void> {
  for (const finish of finishes) await finish();
}

function tooDeep(chain: string[], limit: number): Error {
  return refuse('limit', `more than ${limit} layers: ${chain.join('>')}>…`, {
    limit,
    hint: 'Unpack the outer layers first, or raise limits.nesting.',
  });
}
