import type { TrustLevel } from '../../contracts/proof.ts';
import type { Call } from '../call.ts';

/** How bytes came, over all hops that they took. */
export interface BodyWay {
  /** Through a mirror that the caller named. */
  mirrored: boolean;
  /** Over plain http, for a part of the way at least. */
  plain: boolean;
}

/** TLS vouches for bytes only where it was there on the whole way. */
export function levelByWay(level: TrustLevel, isPlain: boolean): TrustLevel {
  return level === 'tls' && isPlain ? 'none' : level;
}

/**
 * What a call demands of bytes that come this way: who names a mirror over plain http does not ask for TLS by `auto`, and
 * is told what came of it. A floor stays a floor.
 */
export function demandedByWay(
  { options }: Pick<Call, 'options'>,
  demanded: TrustLevel,
  isPlain: boolean,
): TrustLevel {
  const isAuto = options.trust === 'auto' && options.digest === undefined;
  return isAuto ? levelByWay(demanded, isPlain) : demanded;
}
