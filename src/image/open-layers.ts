import type { ByteSource } from '../contracts/bytes.ts';
import type { Codec, DecodeContext, Disk, DiskImage, Format } from '../contracts/format.ts';
import { raiseLimit } from '../errors/limit-hint.ts';
import { refuse } from '../errors.ts';
import { boundOutput } from './bounds.ts';
import { blameChoice, ChosenImage } from './chosen-image.ts';
import { type CopyingCodec, copyThrough } from './copy-through.ts';
import { detectFormat, matchFormats } from './detect-format.ts';
import { heldEndBytes } from './held-end.ts';
import { watchForFooter } from './late-footer.ts';
import { openMember } from './open-member.ts';
import { headBytes, probeSource } from './probe-source.ts';

/** An image whose every layer has been recognised. */
export interface OpenLayers {
  /** Format ids, outermost first; the last is the disk. It may change once, when the end of the disk has been copied. */
  chain: string[];
  image: DiskImage;
  /** Bytes at the end of the disk that may turn out to be a footer and no part of it. */
  footerBytes: number;
  /** The bytes of the innermost layer: the disk image file itself. */
  inner: ByteSource;
  /** Drains what surrounds the disk, so that sums at the end are checked too. */
  finish(): Promise<void>;
}

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
  try {
    const opened = await openEach(source, declared, entry, formats, context, chain, finishes);
    return { ...opened, image: new ChosenImage(opened.image, finishes) };
  } catch (error) {
    throw await blameChoice(error, finishes);
  }
}

async function openEach(
  source: ByteSource,
  declared: readonly string[],
  entry: string | undefined,
  formats: readonly Format[],
  context: DecodeContext,
  chain: string[],
  finishes: (() => Promise<void>)[],
): Promise<OpenLayers> {
  let current = source;
  let onlyLayer: Codec | undefined;
  for (;;) {
    // A declaration that ends with a codec or an archive leaves open what is inside.
    const probe = await probeSource(current, declared.length === 0);
    const matches = await matchFormats(current, probe, formats, context);
    const format = detectFormat(probe, matches, formats, declared[chain.length], context);
    chain.push(format.id);
    if (format.kind === 'disk') {
      const through = await openThrough(source, onlyLayer, format, current, context);
      const opened = through ?? (await format.open(current, context));
      const isOpenEnded =
        format.id === 'raw' && declared[chain.length - 1] === undefined && probe.tail === undefined;
      const image = isOpenEnded ? watchForFooter(opened, chain, formats, context.limits) : opened;
      const footerBytes = isOpenEnded ? heldEndBytes : 0;
      return { chain, image, footerBytes, inner: current, finish: () => finishAll(finishes) };
    }
    const { nesting } = context.limits;
    if (chain.length >= nesting) throw tooDeep(chain, nesting, countLayers(declared, formats));
    if (format.kind === 'codec') {
      onlyLayer = chain.length === 1 ? format : undefined;
      const output = boundOutput(format.decode(current, context), current, context.limits);
      current = context.spool(output);
    } else {
      onlyLayer = undefined;
      const member = await openMember(format, current, entry, context);
      finishes.unshift(member.finish);
      current = member.source;
    }
  }
}

/** A raw disk right inside a codec that copies by itself; the output that was looked at is let go. */
async function openThrough(
  source: ByteSource,
  codec: Codec | undefined,
  disk: Disk,
  output: ByteSource,
  context: DecodeContext,
): Promise<DiskImage | undefined> {
  // Output that has ended within its head is at hand already.
  if (!isCopying(codec) || disk.id !== 'raw' || output.sizeBytes !== undefined) return undefined;
  const head = await output.read(0, headBytes);
  for await (const _ of output.stream()) break;
  return copyThrough(codec, source, disk, head, context);
}

function isCopying(codec: Codec | undefined): codec is CopyingCodec {
  return codec?.copyTo !== undefined;
}

async function finishAll(finishes: (() => Promise<void>)[]): Promise<void> {
  for (const finish of finishes) await finish();
}

/** How many layers there are, where all of them are declared: what lies in the last one found is not known. */
function countLayers(declared: readonly string[], formats: readonly Format[]): number | undefined {
  const last = formats.find(({ id }) => id === declared.at(-1));
  return last?.kind === 'disk' ? declared.length : undefined;
}

function tooDeep(chain: string[], limit: number, count: number | undefined): Error {
  return refuse('limit', `more than ${limit} layers: ${chain.join('>')}>…`, {
    limit,
    hint: raiseLimit('nesting', count),
  });
}
