import type { EnsureOptions, ErrorCode } from '../../src/core.ts';
import type {
  UpstreamExchangeRequest,
  UpstreamExchangeResponse,
} from '../../src/testing/upstream.ts';
import type { Random } from './random.ts';
import type { ServedFile } from './serve.ts';

/** One request for the image, seen from the server. */
export interface Exchange {
  /** From 1. */
  count: number;
  /** When the first of them came. */
  firstAt: number;
  request: UpstreamExchangeRequest;
  response: UpstreamExchangeResponse;
  /** The file that the index speaks of, under a strong ETag. */
  file: ServedFile;
  /** Another version of it. */
  other: ServedFile;
  /** A place inside the file, the same for all requests of a case. */
  place: number;
  random: Random;
}

/** A disk of the version that the index speaks of, one of the other version, or an error. */
export type Outcome = 'this' | 'other' | ErrorCode;

/** A way in which a server misbehaves, and how a call may end. */
export interface Fault {
  title: string;
  answer(exchange: Exchange): unknown;
  /** Results with a digest in the index. */
  digest: readonly Outcome[];
  /** Results with only TLS; absent if no client could notice, because everything that the server says is false. */
  tls?: readonly Outcome[];
  options?: EnsureOptions;
}

/** A fault with the same results for both kinds of trust. */
export function alike(
  title: string,
  ends: readonly Outcome[],
  answer: Fault['answer'],
  options: EnsureOptions = {},
): Fault {
  return { title, answer, digest: ends, tls: ends, options };
}
