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

/** An image in which every layer was recognised. */
export interface OpenLayers {
  /**
   * Format ids, outermost first; the last one is the disk. It may change once, after the end of the disk was copied.
   */
  chain: string[];
  image: DiskImage;
  /** Number of bytes at the end that may be a footer and not part of the disk. */
  footerBytes: number;
  /** The bytes of the innermost layer: the disk image file itself. */
  inner: ByteSource;
  /** Reads the layers around the disk to their ends, so that their checksums are verified too. */
  finish(): Promise<void>;
}

/**
 * Recognises one layer after another from the bytes and compares each with the declared one, until a disk is open.
 * `declared` is empty if nothing was declared; `entry` names the member of an archive layer; `chain` receives the
 * layers as they are found.
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
    // A declaration that ends with a codec or an archive does not state the format inside.
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

/** A raw disk directly inside a codec that can write to the sink itself; the probed output is discarded. */
async function openThrough(
  source: ByteSource,
  codec: Codec | undefined,
  disk: Disk,
  output: ByteSource,
  context: DecodeContext,
): Promise<DiskImage | undefined> {
  // Output that ended within its head is already in memory.
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

/** The number of layers, if all of them are declared: the content of the last one is unknown. */
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
