import { TransferError } from '../../errors.ts';
import type { AskToken, AuthRequest } from '../../http/wire/authorized.ts';
import { defined } from '../../kit/defined.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { parseRecord } from '../../kit/records.ts';
import { parseRealm } from './realm.ts';
import type { RegistryLogin } from './registry-login.ts';

/** The scope for which a token is requested. */
export interface TokenWish {
  realm: string;
  service: string | undefined;
  scopes: readonly string[];
}

export interface RegistryToken {
  value: string;
  /** In `performance.now()` time: after it, a new token is requested. */
  renewAt: number;
}

/** The default without `expires_in`: distribution/distribution, docs/content/spec/auth/token.md. */
const defaultSeconds = 60;
const maxHops = 3;

/**
 * Requests a token from the registry's token service, as `login` or anonymously. Throws `ERR_HTTP_STATUS` if it
 * refuses.
 */
export async function requestToken(
  wish: TokenWish,
  login: RegistryLogin | undefined,
  request: AuthRequest,
  ask: AskToken,
): Promise<RegistryToken> {
  const askedAt = performance.now();
  let realm = parseRealm(wish.realm, request.url);
  for (let hop = 0; hop <= maxHops; hop += 1) {
    const answer = await ask({ ...describe(wish, login, realm), signal: request.signal });
    const { location } = answer.headers;
    if (answer.status === 200) return parseToken(realm, answer.text, askedAt);
    const isMoved = [301, 302, 303, 307, 308].includes(answer.status);
    if (!isMoved || location === undefined) throw refused(realm, request.url, answer.status, login);
    const next = parseRealm(URL.parse(location, realm)?.href ?? '', request.url);
    // Credentials are sent only to the host that the registry names.
    if (next.origin !== realm.origin && login !== undefined) {
      throw refused(realm, request.url, answer.status, login);
    }
    realm = next;
  }
  throw refused(realm, request.url, 310, login);
}

function describe(wish: TokenWish, login: RegistryLogin | undefined, realm: URL) {
  const { service, scopes } = wish;
  const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
  if (login !== undefined && 'identityToken' in login) {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      ...defined({ service }),
      client_id: 'rootdisk',
      scope: scopes.join(' '),
      refresh_token: login.identityToken,
    });
    const bytes = new TextEncoder().encode(form.toString());
    return {
      method: 'POST' as const,
      url: realm,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: {
        sizeBytes: bytes.length,
        async *chunks() {
          yield bytes;
        },
      },
    };
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.delete('scope');
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const isPassword = login !== undefined && 'password' in login;
  const authorization = isPassword ? basicHeader(login) : undefined;
  return { method: 'GET' as const, url, headers: defined({ ...headers, authorization }) };
}

/** The value of `Authorization` for a user name and a password (RFC 7617). */
export function basicHeader({
  username,
  password,
}: {
  username: string;
  password: string;
}): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function parseToken(realm: URL, text: string, askedAt: number): RegistryToken {
  let fields: Record<string, unknown>;
  try {
    fields = parseRecord(JSON.parse(text), 'token');
  } catch {
    throw noToken(realm);
  }
  const given = [fields['token'], fields['access_token']];
  const value = given.find((one) => typeof one === 'string' && one !== '');
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) throw noToken(realm);
  const seconds = fields['expires_in'];
  const lifeMs = 1000 * (typeof seconds === 'number' && seconds > 0 ? seconds : defaultSeconds);
  // A request that is already sent must arrive before the token expires.
  return { value, renewAt: askedAt + lifeMs - Math.min(30_000, lifeMs / 4) };
}

function refused(
  realm: URL,
  registry: URL,
  status: number,
  login: RegistryLogin | undefined,
): TransferError {
  const shown = publicUrl(realm);
  const whose = login === undefined ? 'without credentials' : 'with the credentials of this host';
  return new TransferError({
    code: 'ERR_HTTP_STATUS',
    message: `${shown}: ${status}: no token for ${registry.host} ${whose}`,
    hint: `Log in to ${registry.host} with docker or podman, and check that the account may use the repository.`,
    details: { url: shown, status },
  });
}

/** The message does not quote the answer, which may contain a token. */
function noToken(realm: URL): TransferError {
  const shown = publicUrl(realm);
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${shown} answers without a token`,
    hint: 'Try later, or report it to the operator of the registry.',
    details: { url: shown },
  });
}
