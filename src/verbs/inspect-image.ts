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
  /**
   * The defect in the field's term: `external-reference`, `truncated` …; the error code if there is no other term.
   */
  reason: string;
  message: string;
  /** What the reason means, in one sentence. */
  meaning: string;
  /** What to do about it, in one imperative sentence. */
  hint: string;
  /** The value of `allow` that accepts the image in spite of it. */
  allow?: Allowance;
}

/** Facts about a local image file. A member is absent if a hazard prevented reading it. */
export interface ImageInspection {
  /** Format ids found, outermost first. */
  layers: string[];
  /** Length of the file in bytes. */
  sizeBytes: number;
  /** Size of the contained disk in bytes. */
  virtualSize?: number;
  /** Non-zero bytes of the disk, in blocks of 4 KiB: the space of a sparse copy. */
  dataBytes?: number;
  /** The ranges of the disk that hold data: `[offset, length]` in units of 64 KiB. */
  extents?: Extents;
  facts?: DiskFacts;
  /**
   * Partitions, file systems, operating systems and their boot entries, if the file is a raw disk with a known
   * layout.
   */
  disk?: DiskInspection;
  /** Allowed irregularities of the image. */
  warnings: Warning[];
  /** Empty for an image that can be used. */
  hazards: Hazard[];
}

export interface InspectOptions extends FileOptions {
  /** Called with the number of bytes of the disk read so far, and its virtual size if known. */
  onProgress?: ((bytes: number, virtualSize: number | undefined) => void) | undefined;
}

export type InspectImage = (path: string, options?: InspectOptions) => Promise<ImageInspection>;

/**
 * `inspectImage` for the given formats: decodes the whole image like a conversion, but keeps nothing of it. A defect
 * that a conversion would refuse is a hazard here.
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
  // Only a raw disk is written from start to end, so that its size gives the progress.
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

/** The content of a raw disk; `undefined` if nothing of it is known, or its table cannot be read. */
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
    // Unreadable content is not a hazard: the image is booted, not mounted.
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

/** True for a defect of the bytes, in contrast to a fault of the call or of the local disk. */
function isDefect(error: unknown): error is DecodeError | IntegrityError {
  return hasRemedy(error, 'integrity', 'decode');
}
