import { DiskEnds } from '../bytes/disk-ends.ts';
import type { Extents } from '../bytes/extents.ts';
import { SparseFile } from '../bytes/sparse-file.ts';
import type { Allowance } from '../contracts/allowance.ts';
import type { DiskInspection } from '../contracts/disk/disk-inspection.ts';
import type { DiskFacts } from '../contracts/format.ts';
import type { Warning } from '../contracts/log.ts';
import type { FileOptions } from '../contracts/options.ts';
import { type FoundSoFar, type OpenImageFile, openImageFile } from '../convert/open-image-file.ts';
import { bootFacts } from '../disk/boot-facts.ts';
import { readDisk } from '../disk/read-disk.ts';
import { defectTable, digestTable } from '../errors/reason-table.ts';
import { errorTable } from '../errors/table.ts';
import { DecodeError, type ErrorCode, hasRemedy, type IntegrityError } from '../errors.ts';
import { warningsOf } from '../image/allowances.ts';
import { boundDisk } from '../image/bounds.ts';
import { nestedHeadBytes, nestedTailBytes, refuseNestedImage } from '../image/find-nested-image.ts';
import { defined } from '../kit/defined.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions, readPath } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

/** Why `convertImage` and `ensureImage` would refuse an image. */
export interface Hazard {
  code: ErrorCode;
  /** The defect in the field's words: `external-reference`, `truncated` …; the code where there is no other word. */
  reason: string;
  message: string;
  /** What the reason means, in one sentence. */
  meaning: string;
  /** What to do about it, in one imperative sentence. */
  hint: string;
  /** The word of `allow` with which the image is taken in spite of it. */
  allow?: Allowance;
}

/** What a local image file is. Absent is what could not be found out because of a hazard. */
export interface ImageInspection {
  /** Format ids found, outermost first. */
  layers: string[];
  /** Bytes of the file. */
  sizeBytes: number;
  /** Bytes of the disk inside. */
  virtualSize?: number;
  /** Bytes of the disk that are no zeros, in blocks of 4 KiB: what a sparse copy occupies. */
  dataBytes?: number;
  /** Where the disk holds data: `[offset, length]` in units of 64 KiB. */
  extents?: Extents;
  facts?: DiskFacts;
  /** Partitions, file systems, systems and what starts them, where the file is a raw disk and holds what is known. */
  disk?: DiskInspection;
  /** What is odd about the image and was allowed. */
  warnings: Warning[];
  /** Empty for an image that can be used. */
  hazards: Hazard[];
}

export interface InspectOptions extends FileOptions {
  /** Bytes of the disk looked at so far; its virtual size where known. */
  onProgress?: ((bytes: number, virtualSize: number | undefined) => void) | undefined;
}

export type InspectImage = (path: string, options?: InspectOptions) => Promise<ImageInspection>;

/**
 * `inspectImage` of the given formats: decodes the whole image as a conversion would, and keeps nothing of it. What
 * a conversion would refuse is a hazard here.
 */
export function bindInspectImage(parts: BoundParts): InspectImage {
  const { formats } = parts;
  return async (path, given = {}) => {
    checkOptions(given, optionKinds.inspectImage);
    readPath('path', path);
    const options = safeListeners(given);
    const found: FoundSoFar = { sizeBytes: 0, chain: [] };
    const told: Partial<ImageInspection> = {};
    const hazards: Hazard[] = [];
    const warnings: Warning[] = [];
    try {
      const look = async (image: OpenImageFile) => {
        try {
          await lookInside(image, parts, options, told);
        } finally {
          warnings.push(...warningsOf(image.allowances.used));
        }
      };
      await openImageFile(path, formats, options, look, found);
    } catch (error) {
      if (!isDefect(error)) throw error;
      hazards.push(describeHazard(error));
    }
    return { layers: found.chain, sizeBytes: found.sizeBytes, ...told, warnings, hazards };
  };
}

async function lookInside(
  { chain, image, source, drain, limits, allowances, signal, log }: OpenImageFile,
  parts: BoundParts,
  { onProgress }: InspectOptions,
  told: Partial<ImageInspection>,
): Promise<void> {
  told.facts = image.facts;
  if (image.virtualSize !== undefined) told.virtualSize = image.virtualSize;
  let seen = 0;
  const ends = new DiskEnds(nestedHeadBytes, nestedTailBytes);
  // Only a raw disk is written from end to end, so that its size says how far it is.
  const total = chain.at(-1) === 'raw' ? image.virtualSize : undefined;
  const sink = new SparseFile(ends, boundDisk(source, limits), (bytes) => {
    signal.throwIfAborted();
    seen += bytes;
    onProgress?.(seen, total);
  });
  await drain(sink);
  told.virtualSize = sink.sizeBytes;
  told.dataBytes = sink.dataBytes;
  told.extents = sink.extents();
  const probe = { ...ends.ends(sink.sizeBytes), sizeBytes: sink.sizeBytes };
  refuseNestedImage(probe, chain, parts.formats, allowances);
  if (chain.join() !== 'raw') return;
  const disk = await readContent(source, parts, { signal, log });
  if (disk !== undefined) told.disk = disk;
}

/** What lies on a raw disk; `undefined` where nothing is known of it, or its table cannot be read. */
async function readContent(
  source: OpenImageFile['source'],
  parts: BoundParts,
  context: Pick<OpenImageFile, 'signal' | 'log'>,
): Promise<DiskInspection | undefined> {
  try {
    const { content, boot } = await readDisk(source, parts, context);
    const isKnown = content.volumes.some(({ fileSystem, refusal }) => fileSystem ?? refusal);
    if (!isKnown && content.scheme === undefined) return undefined;
    return { ...content, ...(await bootFacts(boot)) };
  } catch (error) {
    // That the content cannot be read makes an image no worse: it is started, not mounted.
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function describeHazard(error: DecodeError | IntegrityError): Hazard {
  const { code, message, hint, details } = error;
  const { reason = code } = details;
  const tables: Readonly<Record<string, string>> = { ...defectTable, ...digestTable };
  const meaning = tables[reason] ?? errorTable[code].meaning;
  const allow = 'allow' in details ? details.allow : undefined;
  return { code, reason, message, meaning, hint, ...defined({ allow }) };
}

/** What is wrong with the bytes, as opposed to with the call or the disk they lie on. */
function isDefect(error: unknown): error is DecodeError | IntegrityError {
  return hasRemedy(error, 'integrity', 'decode');
}
