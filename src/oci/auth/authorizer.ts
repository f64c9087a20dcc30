import type { Authorizer, AuthRequest } from '../../http/wire/authorized.ts';
import { type AuthChallenge, parseChallenges } from './challenges.ts';
import { KeptTokens, repositoryOf } from './kept-tokens.ts';
import { createLogins, type LoginOptions, type Logins } from './logins.ts';
import { basicHeader, type TokenWish } from './request-token.ts';

/** How requests of one kind to one repository are authorized. */
type Admission = { header: string } | { wish: TokenWish };

/** Uses the logins that docker and podman keep on this host. */
export function createHostAuthorizer(warn: LoginOptions['warn']): Authorizer {
  return createAuthorizer(createLogins({ warn }));
}

/** Answers challenges of registries with these logins, and keeps the tokens that it receives. */
function createAuthorizer(logins: Logins): Authorizer {
  const admissions = new Map<string, Admission>();
  const tokens = new KeptTokens(logins);

  return {
    async headersFor(request, ask) {
      const { url, method } = request;
      const known = kindsFor(method)
        .map((kind) => admissions.get(placeKey(url, kind)))
        .find((one) => one !== undefined);
      if (known === undefined) return {};
      if ('header' in known) return { authorization: known.header };
      const token = tokens.find(url, known.wish) ?? (await tokens.obtain(known.wish, request, ask));
      return { authorization: `Bearer ${token.value}` };
    },
    async answer(request, { challenge, sent }, ask) {
      const { url, method } = request;
      const before = sent['authorization'];
      const [kind = ''] = kindsFor(method);
      const admit = (admission: Admission, header: string) => {
        if (header === before) return undefined;
        admissions.set(placeKey(url, kind), admission);
        return { authorization: header };
      };
      const challenges = parseChallenges(challenge);
      const bearer = challenges.find(
        ({ scheme, params }) => scheme === 'bearer' && params['realm'],
      );
      if (bearer !== undefined) {
        const wish = wishOf(bearer, request);
        const kept = tokens.find(url, wish);
        // Another request may have renewed the token meanwhile.
        const isNew = kept !== undefined && `Bearer ${kept.value}` !== before;
        const token = isNew ? kept : await tokens.obtain(wish, request, ask);
        return admit({ wish }, `Bearer ${token.value}`);
      }
      if (!challenges.some(({ scheme }) => scheme === 'basic')) return undefined;
      const login = await logins.find(url, repositoryOf(url), request.signal);
      if (login === undefined || !('password' in login)) return undefined;
      const header = basicHeader(login);
      return admit({ header }, header);
    },
  };
}

function wishOf({ params }: AuthChallenge, { method, url }: AuthRequest): TokenWish {
  const actions = { read: 'pull', write: 'pull,push', delete: 'delete' };
  const [kind = 'read'] = kindsFor(method);
  const repository = repositoryOf(url);
  const usual = repository === '' ? '' : `repository:${repository}:${actions[kind]}`;
  const scopes = (params['scope'] ?? usual).split(/\s+/).filter((scope) => scope !== '');
  return {
    realm: params['realm'] ?? '',
    service: params['service'],
    scopes: [...new Set(scopes)].sort(),
  };
}

/** The possible kinds of a request, in the order in which a kept authorization is looked up. */
function kindsFor(method: AuthRequest['method']): ('read' | 'write' | 'delete')[] {
  if (method === 'GET' || method === 'HEAD') return ['read', 'write'];
  return method === 'DELETE' ? ['delete', 'write'] : ['write'];
}

const placeKey = (url: URL, kind: string): string =>
  JSON.stringify([url.origin, repositoryOf(url), kind]);
