import type { AskToken, AuthRequest } from '../../http/wire/authorized.ts';
import { abortable } from '../../kit/abort.ts';
import type { Logins } from './logins.ts';
import { type RegistryToken, requestToken, type TokenWish } from './request-token.ts';

/** Requests tokens with the logins of this host, and keeps them until they have to be renewed. */
export class KeptTokens {
  readonly #logins: Logins;
  readonly #kept = new Map<string, RegistryToken>();
  readonly #running = new Map<string, Promise<RegistryToken>>();

  constructor(logins: Logins) {
    this.#logins = logins;
  }

  /** A kept token that is still valid. */
  find(url: URL, wish: TokenWish): RegistryToken | undefined {
    const kept = this.#kept.get(tokenKey(url, wish));
    return kept !== undefined && performance.now() < kept.renewAt ? kept : undefined;
  }

  /** A new token. One request serves all waiting callers; if it fails, each caller makes its own. */
  async obtain(wish: TokenWish, request: AuthRequest, ask: AskToken): Promise<RegistryToken> {
    const key = tokenKey(request.url, wish);
    const other = this.#running.get(key);
    if (other !== undefined) {
      const token = await abortable(other, request.signal).catch(() => undefined);
      request.signal.throwIfAborted();
      if (token !== undefined) return token;
    }
    const work = this.#request(wish, request, ask);
    this.#running.set(key, work);
    try {
      const token = await work;
      this.#kept.set(key, token);
      return token;
    } finally {
      if (this.#running.get(key) === work) this.#running.delete(key);
    }
  }

  async #request(wish: TokenWish, request: AuthRequest, ask: AskToken): Promise<RegistryToken> {
    const { url, signal } = request;
    const login = await this.#logins.find(url, repositoryOf(url), signal);
    if (login !== undefined && 'registryToken' in login) {
      return { value: login.registryToken, renewAt: Infinity };
    }
    return await requestToken(wish, login, request, ask);
  }
}

/** The repository that a request is about; empty for a request about none. */
export function repositoryOf({ pathname }: URL): string {
  const [, name = ''] = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(pathname) ?? [];
  return name;
}

const tokenKey = ({ origin }: URL, { realm, service = '', scopes }: TokenWish): string =>
  JSON.stringify([origin, realm, service, ...scopes]);
