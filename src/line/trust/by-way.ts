import type { TrustLevel } from '../../contracts/proof.ts';
import type { Call } from '../call.ts';

/** How bytes came, over all hops. */
export interface BodyWay {
  /** True if a mirror that the caller named was used. */
  mirrored: boolean;
  /** True if any part of the way was plain http. */
  plain: boolean;
}

/** TLS protects bytes only if every hop used it. */
export function levelByWay(level: TrustLevel, isPlain: boolean): TrustLevel {
  return level === 'tls' && isPlain ? 'none' : level;
}

/**
 * The level that a call requires of bytes that come this way: a caller who names a mirror over plain http does not
 * require TLS with `auto`, and gets a warning. A minimum level is not reduced.
 */
export function demandedByWay(
  { options }: Pick<Call, 'options'>,
  demanded: TrustLevel,
  isPlain: boolean,
): TrustLevel {
  const isAuto = options.trust === 'auto' && options.digest === undefined;
  return isAuto ? levelByWay(demanded, isPlain) : demanded;
}
