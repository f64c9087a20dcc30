import type { Limits } from '../contracts/limits.ts';
import type { Log } from '../contracts/log.ts';
import { raiseLimit } from '../errors/limit-hint.ts';
import { TransferError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { publicUrl } from '../kit/public-url.ts';
import type { PrivatePlaces } from './addresses/private-places.ts';
import { type AddressRules, type Hop, nextHop } from './addresses/rules.ts';
import type { OriginSlots } from './documents/origin-slots.ts';
import type { AttemptContext } from './retry.ts';
import { atPlace } from './status-failure.ts';
import { type Answer, dropBody, type WireRequest } from './wire/answer.ts';
import type { Wire } from './wire/wire.ts';

/** The shared state of every request of one client. */
export interface AskContext {
  wire: Wire;
  rules: AddressRules & { maxRedirects: number };
  places: PrivatePlaces;
  attempts: AttemptContext;
  limits: Limits;
  log: Log;
}

/** A request for each address on the way, and the handler of the answer that is not a redirect. */
export interface Question<T> {
  method: WireRequest['method'];
  headersFor(hop: Hop): Record<string, string>;
  /** Limits when an address may be requested; default: at once. */
  slots?: OriginSlots;
  /** See `WireRequest.lends`. */
  lends?: boolean | undefined;
  read(answer: Answer, hop: Hop): Promise<T>;
}

type Visit<T> = { value: T } | { location: string | undefined };

const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Requests an address and follows its redirects to the final answer; every hop obeys the same rules. Retries nothing.
 * Throws `ERR_REDIRECT` for a loop or too many hops.
 */
export async function ask<T>(
  start: Hop,
  question: Question<T>,
  context: AskContext,
): Promise<{ hop: Hop; value: T }> {
  const { rules, attempts } = context;
  const { slots = (_origin, _signal, task) => task() } = question;
  const seen = new Set<string>();
  let hop = start;
  for (;;) {
    seen.add(hop.url.href);
    const at = hop;
    const visited = await slots(at.url.origin, attempts.signal, () =>
      visit(at, question, context),
    ).catch((error: unknown) => {
      throw atPlace(error, start.url, at.url);
    });
    if ('value' in visited) return { hop, value: visited.value };
    if (visited.location === undefined) throw redirectFailure(hop, 'redirects to nowhere');
    const next = nextHop(hop, visited.location, rules);
    if (seen.has(next.url.href)) throw redirectFailure(hop, 'is part of a redirect loop', next);
    if (seen.size > rules.maxRedirects) {
      const what = `redirects more than ${rules.maxRedirects} times`;
      throw redirectFailure(start, what, next, raiseLimit('redirects'));
    }
    hop = next;
  }
}

async function visit<T>(
  hop: Hop,
  { method, headersFor, lends, read }: Question<T>,
  { wire, log, attempts: { signal } }: AskContext,
): Promise<Visit<T>> {
  const headers = { 'accept-encoding': 'identity', ...headersFor(hop) };
  log({ level: 'debug', message: `${method} ${publicUrl(hop.url)}` });
  const answer = await wire.send({ method, url: hop.url, headers, signal, lends });
  if (!redirects.has(answer.status)) return { value: await read(answer, hop) };
  await dropBody(answer);
  return { location: answer.headers['location'] };
}

function redirectFailure(
  at: Hop,
  what: string,
  next?: Hop,
  hint = 'Ask for the final address itself.',
): TransferError {
  return new TransferError({
    code: 'ERR_REDIRECT',
    message: `${publicUrl(at.url)} ${what}`,
    hint,
    details: defined({
      url: publicUrl(at.url),
      location: next === undefined ? undefined : publicUrl(next.url),
    }),
  });
}
