import type { Missing } from './not-found.ts';

/** One condition that a build must meet. */
export interface BuildChoice<T> {
  field: 'release' | 'arch' | 'variant' | 'snapshot';
  /** The requested value; absent: any. */
  wanted: string | undefined;
  /** The value of a build in this field; `undefined` if a caller cannot request it. */
  nameOf: (build: T) => string | undefined;
  /** Used instead of comparing the name, if `wanted` may be a synonym, a prefix or a word such as `latest`. */
  suits?: (build: T) => boolean;
}

/** The first of `builds` (best first) that meets all conditions; throws `ERR_NOT_FOUND` like `pickBuilds`. */
export function pickBuild<T>(
  builds: readonly T[],
  missing: Missing,
  choices: readonly BuildChoice<T>[],
): T {
  return pickBuilds(builds, missing, choices)[0];
}

/**
 * The `builds` that meet all conditions, in their order. `ERR_NOT_FOUND` names the first condition that no build met,
 * with the values of the builds that met the conditions before it.
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
