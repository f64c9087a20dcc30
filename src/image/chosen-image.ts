import type { DiskSink } from '../contracts/bytes.ts';
import type { DiskFacts, DiskImage } from '../contracts/format.ts';
import { type DefectReason, isImageError } from '../errors.ts';

type Finish = () => Promise<void>;

/** Reasons to refuse bytes that were never meant to be the disk. */
const mistaken: readonly DefectReason[] = [
  'ambiguous-format',
  'corrupt-header',
  'empty',
  'encrypted',
  'external-reference',
  'format-mismatch',
  'nested-format',
  'not-an-image',
  'truncated',
  'unsupported-feature',
  'unsupported-variant',
];

/**
 * A member that was read as the disk before all names of its archive were known may be the wrong one. If its bytes
 * are refused, the rest of the archive is read first: a missing choice of member is the better error for the caller.
 */
export async function blameChoice(error: unknown, finishes: readonly Finish[]): Promise<unknown> {
  if (!isRefusedFor(error, mistaken)) return error;
  try {
    for (const finish of finishes) await finish();
  } catch (other) {
    if (isRefusedFor(other, ['ambiguous-content'])) return other;
  }
  return error;
}

/** The disk inside archives in which the choice of member is certain only at their ends. */
export class ChosenImage implements DiskImage {
  readonly #image: DiskImage;
  readonly #finishes: readonly Finish[];

  constructor(image: DiskImage, finishes: readonly Finish[]) {
    this.#image = image;
    this.#finishes = finishes;
  }

  get virtualSize(): number | undefined {
    return this.#image.virtualSize;
  }

  get facts(): DiskFacts {
    return this.#image.facts;
  }

  async copyTo(sink: DiskSink): Promise<void> {
    try {
      await this.#image.copyTo(sink);
    } catch (error) {
      throw await blameChoice(error, this.#finishes);
    }
  }
}

function isRefusedFor(error: unknown, reasons: readonly string[]): boolean {
  return isImageError(error) && reasons.includes(String(Reflect.get(error.details, 'reason')));
}
