import type { EnsuredImage } from '../contracts/image.ts';
import type { EnsureOptions } from '../contracts/options.ts';
import type { ImageReference } from '../contracts/reference.ts';
import { bindEnsureImage } from '../ensure-image.ts';
import { UsageError } from '../errors.ts';
import { HttpPool } from '../http/pool.ts';
import { shownText } from '../kit/public-url.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions, readReference } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';

/**
 * Ensures several images, one after another, over the same connections. A failure does not stop the others: the
 * outcomes are in the order of the references. Progress events state their `reference`. Rejects only if the call
 * itself is wrong or aborted.
 */
export type EnsureImages = (
  references: readonly (ImageReference | URL)[],
  options?: EnsureOptions,
) => Promise<PromiseSettledResult<EnsuredImage>[]>;

/** `ensureImages` for the given parts. */
export function bindEnsureImages(parts: BoundParts): EnsureImages {
  return async (references, options = {}) => {
    checkOptions(options, optionKinds.ensureImage);
    const texts = readReferences(references);
    if (texts.length > 1 && options.digest !== undefined) throw oneDigest();
    const ensureImage = bindEnsureImage(parts, new HttpPool());
    const outcomes: PromiseSettledResult<EnsuredImage>[] = [];
    for (const text of texts) {
      const own = { ...options, onProgress: naming(text, options.onProgress) };
      const [outcome] = await Promise.allSettled([ensureImage(text, own)]);
      outcomes.push(outcome);
      if (!options.signal?.aborted) continue;
      for (const one of outcomes) if (one.status === 'fulfilled') await one.value.dispose();
      throw options.signal.reason;
    }
    return outcomes;
  };
}

function naming(text: string, onProgress: EnsureOptions['onProgress']): typeof onProgress {
  const reference = shownText(text);
  return onProgress && ((event) => onProgress({ ...event, reference }));
}

function readReferences(references: unknown): string[] {
  if (Array.isArray(references)) return references.map(readReference);
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'references must be a list',
    hint: 'Give a list of references, or call ensureImage with one.',
    details: { field: 'references' },
  });
}

function oneDigest(): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'a digest belongs to one image, and several were requested',
    hint: 'Ask for that image alone.',
    details: { field: 'digest' },
  });
}
