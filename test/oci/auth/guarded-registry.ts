import {
  startUpstream,
  type Upstream,
  type UpstreamHandler,
} from '../../../src/testing/upstream.ts';

/** A registry that requires tokens, and the service that issues them. */
export interface GuardedRegistry {
  registry: Upstream;
  service: Upstream;
  /** Valid tokens, each with its scope; delete one to end it. */
  good: Map<string, string[]>;
  /** Fields of the next issued tokens. */
  answer: { expiresIn?: number; name?: string; status?: number; text?: string };
  /** Serves an address only with a token for `scope`. */
  guard(path: string, scope: string, serve: UpstreamHandler): void;
  /** Requests for tokens: method, path and Authorization, in order. */
  asked(): { method: string; path: string; authorization: unknown }[];
  close(): Promise<void>;
}

export async function startGuardedRegistry(): Promise<GuardedRegistry> {
  const [registry, service] = await Promise.all([startUpstream(), startUpstream()]);
  const good = new Map<string, string[]>();
  const made: GuardedRegistry = {
    registry,
    service,
    good,
    answer: {},
    guard(path, scope, serve) {
      registry.route(path, async (request, response) => {
        const token = /^Bearer (.+)$/.exec(String(request.headers['authorization']))?.[1] ?? '';
        if (good.get(token)?.includes(scope)) return await serve(request, response);
        const wish = `realm="${service.url}token",service="a, b",scope="${scope}"`;
        response.writeHead(401, { 'www-authenticate': `Bearer ${wish}` });
        return void response.end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      });
    },
    asked: () =>
      service.requests.map(({ method, path, headers }) => ({
        method,
        path,
        authorization: headers['authorization'],
      })),
    async close() {
      await Promise.all([registry.close(), service.close()]);
    },
  };
  service.route('token', (request, response) => {
    const { expiresIn, name = 'token', status = 200, text } = made.answer;
    const scopes = new URL(request.url ?? '', service.url).searchParams.getAll('scope');
    const token = `tokensecret${service.requests.length}`;
    good.set(token, scopes);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(text ?? JSON.stringify({ [name]: token, expires_in: expiresIn }));
  });
  return made;
}
