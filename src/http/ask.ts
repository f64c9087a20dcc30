import type { Limits } from '../contracts/limits.ts';
import type { Log } from '../contracts/log.ts';
import { TransferError } from '../errors.ts';
import { publicUrl } from '../kit/public-url.ts';
import { type AddressRules, type Hop, nextHop } from './addresses/rules.ts';
import type { AttemptContext } from './retry.ts';
import { glance } from './wire/answer.ts';
import type { Answer, Wire } from './wire/wire.ts';

/** What a visit of one address brings: a value, or the way to another address. */
export type Visit<T> = { value: T } | { location: string | undefined };

const redirects = new Set([301, 302, 303, 307, 308]);

/** True for a status that sends the client elsewhere. */
export function isRedirect(status: number): boolean {
  return redirects.has(status);
}

/** Visits addresses until one gives a value; every hop obeys the same rules. `ERR_REDIRECT` for a loop or too many hops. */
export async function followRedirects<T>(
  start: Hop,
  rules: AddressRules & { maxRedirects: number },
  visit: (hop: Hop) => Promise<Visit<T>>,
): Promise<{ hop: Hop; value: T }> {
  const seen = new Set<string>();
  let hop = start;
  for (;;) {
    seen.add(hop.url.href);
    const visited = await visit(hop);
    if ('value' in visited) return { hop, value: visited.value };
    if (visited.location === undefined) throw failure(hop, 'redirects to nowhere');
    const next = nextHop(hop, visited.location, rules);
    if (seen.has(next.url.href)) throw failure(hop, 'is part of a redirect loop', next);
    if (seen.size > rules.maxRedirects) {
      throw failure(start, `redirects more than ${rules.maxRedirects} times`, next);
    }
    hop = next;
  }
}

function failure(at: Hop, what: string, next?: Hop): TransferError {
  return new TransferError({
    code: 'ERR_REDIRECT',
    message: `${publicUrl(at.url)} ${what}`,
    hint: 'Ask for the final address itself.',
    details: {
      url: publicUrl(at.url),
      ...(next === undefined ? {} : { location: publicUrl(next.url) }),
    },
  });
}

/** What every transfer of one client shares. */
export interface TransferContext {
  wire: Wire;
  rules: AddressRules & { maxRedirects: number };
  attempts: AttemptContext;
  limits: Limits;
  log: Log;
}

/** Asks for the bytes as they are, along redirects; the answer may have any status that is no redirect. */
export async function ask(
  start: Hop,
  headers: Record<string, string>,
  context: TransferContext,
): Promise<{ hop: Hop; answer: Answer }> {
  const { wire, rules, attempts } = context;
  const { hop, value } = await followRedirects(start, rules, async ({ url }) => {
    const answer = await wire.send({
      method: 'GET',
      url,
      headers: { 'accept-encoding': 'identity', ...headers },
      decompress: false,
      signal: attempts.signal,
    });
    if (!isRedirect(answer.status)) return { value: answer };
    await glance(answer);
    return { location: answer.headers['location'] };
  });
  return { hop, answer: value };
}
