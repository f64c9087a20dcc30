import type { Missing } from './not-found.ts';

/** One thing that a build has to be. */
export interface BuildChoice<T> {
  field: 'release' | 'arch' | 'variant' | 'snapshot';
  /** What the caller asked for; absent: any. */
  wanted: string | undefined;
  /** What a build is called in this field; `undefined` where the caller cannot ask for it. */
  nameOf: (build: T) => string | undefined;
  /** Decides in place of the name where `wanted` may be a synonym, a prefix or a word such as `latest`. */
  suits?: (build: T) => boolean;
}

/** The first of `builds` (best first) that is everything wanted; `ERR_NOT_FOUND` as `pickBuilds` gives it. */
export function pickBuild<T>(
  builds: readonly T[],
  missing: Missing,
  choices: readonly BuildChoice<T>[],
): T {
  return pickBuilds(builds, missing, choices)[0];
}

/**
 * Those of `builds` that are everything wanted, in their order. `ERR_NOT_FOUND` is about the first choice that leaves none,
 * with the names of what the choices before it had left.
 */
export function pickBuilds<T>(
  builds: readonly T[],
  missing: Missing,
  choices: readonly BuildChoice<T>[],
): [T, ...T[]] {
  let left = builds;
  for (const { field, wanted, nameOf, suits } of choices) {
    const isWanted = suits ?? ((build) => wanted === undefined || nameOf(build) === wanted);
    const fitting = left.filter(isWanted);
    if (fitting.length === 0) {
      throw missing(
        field,
        wanted ?? '',
        left.flatMap((build) => nameOf(build) ?? []),
      );
    }
    left = fitting;
  }
  const [first, ...others] = left;
  if (first === undefined) throw missing('release', '', []);
  return [first, ...others];
}
