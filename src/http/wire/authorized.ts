import type { Tuning } from '../retry.ts';
import type { SentAnswer } from '../send.ts';
import { isTransient, statusFailure } from '../status-failure.ts';
import { type Answer, dropBody, readUpTo, type WireRequest } from './answer.ts';
import type { Wire } from './wire.ts';

/** A request to a registry, as far as its credentials depend on it. */
export type AuthRequest = Pick<WireRequest, 'method' | 'url' | 'signal'>;

/** Sends a request for a token: without credentials of its own, and no redirect is followed. */
export type AskToken = (request: WireRequest) => Promise<SentAnswer>;

/**
 * Knows what registries want to see. Asked for addresses whose path begins with `/v2/` alone, and anew for every request:
 * what it gives for one address never goes along to the place that a redirect leads to.
 */
export interface Authorizer {
  /** Headers for a request, as far as an earlier challenge has told what is wanted; what ends soon is renewed. */
  headersFor(request: AuthRequest, ask: AskToken): Promise<Record<string, string>>;
  /** Headers that answer a `WWW-Authenticate`; `undefined` where there is nothing better than what was refused. */
  answer(
    request: AuthRequest,
    refusal: { challenge: string; sent: Record<string, string> },
    ask: AskToken,
  ): Promise<Record<string, string> | undefined>;
}

/** More is no answer of a token service. */
const maxTokenBytes = 1024 * 1024;

/** An authorizer whose code is loaded with the first challenge. */
export function lateAuthorizer(load: () => Promise<Authorizer>): Authorizer {
  let loading: Promise<Authorizer> | undefined;
  return {
    headersFor: async (request, ask) => (await loading)?.headersFor(request, ask) ?? {},
    async answer(request, refusal, ask) {
      loading ??= load();
      return await (await loading).answer(request, refusal, ask);
    },
  };
}

/** Sends what the registry wants to see, and answers one challenge a request. */
export function authorizedWire(wire: Wire, authorizer: Authorizer, tuning: Tuning): Wire {
  const ask: AskToken = async (request) => {
    const answer = await wire.send(request);
    if (isTransient(answer.status)) throw await statusFailure(answer, tuning);
    const { bytes } = await readUpTo(answer, maxTokenBytes);
    const text = new TextDecoder().decode(bytes);
    return { status: answer.status, headers: answer.headers, text };
  };
  return {
    async send(request) {
      const { url, headers } = request;
      const isRegistry = url.pathname.startsWith('/v2/') && url.username === '';
      if (!isRegistry || 'authorization' in headers) return await wire.send(request);
      const sendWith = async (more: Record<string, string>): Promise<Answer> => {
        const answer = await wire.send({ ...request, headers: { ...headers, ...more } });
        // Documents are stored for all users of a cache: not what the login of one has opened (RFC 9111 3.5).
        if ('authorization' in more) answer.headers['cache-control'] = 'no-store';
        return answer;
      };
      const sent = await authorizer.headersFor(request, ask);
      const first = await sendWith(sent);
      const challenge = first.headers['www-authenticate'];
      if (first.status !== 401 || challenge === undefined) return first;
      const better = await authorizer.answer(request, { challenge, sent }, ask).catch((error) => {
        first.close();
        throw error;
      });
      if (better === undefined) return first;
      await dropBody(first);
      // The body of a request that was refused is asked for again.
      return await sendWith(better);
    },
  };
}
