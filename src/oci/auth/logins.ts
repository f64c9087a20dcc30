import type { Warning } from '../../contracts/log.ts';
import { defined } from '../../kit/defined.ts';
import { askHelper } from './ask-helper.ts';
import { type LoginFile, readLoginFiles } from './login-files.ts';
import type { RegistryLogin } from './registry-login.ts';

export interface LoginOptions {
  /** Called when a helper fails. */
  warn: ((warning: Warning) => void) | undefined;
}

export interface Logins {
  /** The login for a repository; `undefined`: anonymous. */
  find(registry: URL, repository: string, signal: AbortSignal): Promise<RegistryLogin | undefined>;
}

const hubHosts = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];
/** The name of Docker Hub in docker's own files. */
const hubKey = 'https://index.docker.io/v1/';

/** The logins that docker and podman keep; in each file `credHelpers` first, then `credsStore`, then `auths`. */
export function createLogins({ warn }: LoginOptions): Logins {
  const told = (message: string): void => warn?.({ code: 'registry-login', message });
  return {
    async find({ host }, repository, signal) {
      const hosts = hubHosts.includes(host) ? hubHosts : [host];
      for (const file of await readLoginFiles()) {
        const login = await lookUp(file, hosts, repository, signal, told);
        if (login !== undefined) return login;
      }
      return undefined;
    },
  };
}

async function lookUp(
  file: LoginFile,
  hosts: readonly string[],
  repository: string,
  signal: AbortSignal,
  warn: (message: string) => void,
): Promise<RegistryLogin | undefined> {
  const own = Object.entries(file.credHelpers).find(([key]) => hosts.includes(hostOf(key)));
  const suffix = own?.[1] ?? file.credsStore;
  if (suffix !== undefined) {
    const [host = ''] = hosts;
    const server = own?.[0] ?? (hubHosts.includes(host) ? hubKey : host);
    const login = await askHelper(suffix, server, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      warn(`${file.path}: ${error instanceof Error ? error.message : 'the helper failed'}`);
      return undefined;
    });
    if (login !== undefined) return login;
  }
  // The longest namespace first: containers-auth.json(5).
  const parts = repository.split('/');
  for (let length = parts.length; length >= 0; length -= 1) {
    const names = hosts.map((host) => [host, ...parts.slice(0, length)].join('/'));
    const entry = Object.entries(file.auths).find(([key]) => names.includes(bareKey(key)));
    const login = entry && loginOf(entry[1]);
    if (login !== undefined) return login;
  }
  return undefined;
}

/** A key without its scheme and without the API version after its host. */
function bareKey(key: string): string {
  return key
    .replace(/^https?:\/\//i, '')
    .replace(/(?:\/v[12])?\/*$/, '')
    .replace(/^[^/]+/, (host) => host.toLowerCase());
}

function hostOf(key: string): string {
  return bareKey(key).replace(/\/.*$/s, '');
}

function loginOf(entry: LoginFile['auths'][string]): RegistryLogin | undefined {
  const { registrytoken, identitytoken, auth } = entry;
  if (registrytoken) return { registryToken: registrytoken };
  if (identitytoken) return { identityToken: identitytoken };
  const pair = auth === undefined ? '' : Buffer.from(auth, 'base64').toString();
  const colon = pair.indexOf(':');
  // Some versions of docker padded the password with NUL characters.
  const decoded = {
    username: pair.slice(0, colon),
    password: pair.slice(colon + 1).replace(/\0+$/, ''),
  };
  const given =
    colon > 0 ? decoded : defined({ username: entry.username, password: entry.password });
  const { username, password } = given;
  return username && password ? { username, password } : undefined;
}
