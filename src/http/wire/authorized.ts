import type { Tuning } from '../retry.ts';
import type { SentAnswer } from '../send.ts';
import { isTransient, statusFailure } from '../status-failure.ts';
import { type Answer, dropBody, readUpTo, type WireRequest } from './answer.ts';
import type { Wire } from './wire.ts';

/** The part of a request to a registry on which its credentials depend. */
export type AuthRequest = Pick<WireRequest, 'method' | 'url' | 'signal'>;

/** Sends a request for a token, without credentials from here and without redirects. */
export type AskToken = (request: WireRequest) => Promise<SentAnswer>;

/**
 * Knows the credentials for registries. Used only for addresses whose path begins with `/v2/`, separately for every
 * request: headers for one address are never sent to the target of a redirect.
 */
export interface Authorizer {
  /** Headers for a request, as far as an earlier challenge told what is needed; renews a token that expires soon. */
  headersFor(request: AuthRequest, ask: AskToken): Promise<Record<string, string>>;
  /** Headers that answer a `WWW-Authenticate`; `undefined` if there is nothing better than the refused ones. */
  answer(
    request: AuthRequest,
    refusal: { challenge: string; sent: Record<string, string> },
    ask: AskToken,
  ): Promise<Record<string, string> | undefined>;
}

/** The answer of a token service is never longer. */
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

/** Sends the headers of the authorizer, and answers one challenge per request. */
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
        // Stored documents are shared by all users of a cache, so documents behind a login must not be stored (RFC
        // 9111 3.5).
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
      // The body is read again, because the first request was refused.
      return await sendWith(better);
    },
  };
}
