import type { EnsureOptions } from '../../contracts/options.ts';
import type { Parts } from '../../contracts/parts.ts';
import type { ImageReference } from '../../contracts/reference.ts';
import { createRootdisk } from '../../create-rootdisk.ts';
import { shownText } from '../../kit/public-url.ts';
import { bindParts } from '../../parts/bind.ts';
import { checkOptions, readReference } from '../../parts/check-options.ts';
import { optionKinds } from '../../parts/option-kinds.ts';
import { openRepository } from './open-repository.ts';
import { type PushedImage, type PushSetting, pushEnsured } from './push-ensured.ts';

/** As for `ensureImage`. `boot`: also push the kernel and initrd that the vendor publishes. */
export interface PushOptions
  extends Omit<EnsureOptions, 'format' | 'kernelFormat' | 'tiers' | 'boot' | 'cacheBudget'> {
  boot?: boolean | undefined;
}

/** The result for one reference: the image, or why there is none. */
export type PushOutcome =
  | (PushedImage & { reference: string })
  | { reference: string; state: 'failed'; error: unknown };

/** See `pushImages`. */
export async function pushEach(
  parts: Parts,
  place: string,
  references: readonly (ImageReference | URL)[],
  options: PushOptions,
): Promise<PushOutcome[]> {
  checkOptions<PushOptions>(options, optionKinds.ensureImage);
  const asked = [references].flat().map(readReference);
  const setting = openPush(parts, place, options);
  const outcomes: PushOutcome[] = [];
  for (const reference of asked) {
    const push = () => pushEnsured(reference, setting);
    outcomes.push(await pushOne(setting, shownText(reference), push));
  }
  return outcomes;
}

/** The shared state of all pushes of a call. */
export function openPush(parts: Parts, place: string, options: PushOptions): PushSetting {
  const { ca, limits, log, signal, onProgress } = options;
  return {
    repository: openRepository(place, { ca, limits, log, signal, onProgress }),
    rootdisk: createRootdisk({ ...parts, tiers: [] }),
    parts: bindParts({ ...parts, tiers: [] }),
    options,
  };
}

/** Returns the result of a push, also for a failure; throws only an abort. */
export async function pushOne(
  { repository: { signal } }: PushSetting,
  reference: string,
  push: () => Promise<PushedImage>,
): Promise<PushOutcome> {
  try {
    return { reference, ...(await push()) };
  } catch (error) {
    signal.throwIfAborted();
    return { reference, state: 'failed', error };
  }
}
