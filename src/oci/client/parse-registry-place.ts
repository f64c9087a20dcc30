import { UsageError } from '../../errors.ts';
import { shownText } from '../../kit/public-url.ts';
import type { RegistryPlace } from './registry-client.ts';

/** distribution-spec 1.1, "Pulling manifests". */
const repositoryRule =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
/** Many clients accept no longer text, host included. */
const maxPlaceLength = 255;
const hub = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** Parses `HOST[:PORT]/REPOSITORY`, with or without a scheme; throws `ERR_INVALID_REQUEST` for anything else. */
export function parseRegistryPlace(text: string): RegistryPlace {
  const [, scheme, authority = '', path = ''] =
    /^(?:(https?):\/\/)?([^/@?#\\\s]+)\/([^?#\\\s]+)$/.exec(text) ?? [];
  const isHost = scheme !== undefined || /[.:\]]|^localhost$/.test(authority);
  const guess = URL.parse(`https://${authority}`);
  if (!isHost || guess === null || guess.host === '') throw noPlace(text, 'is not HOST/REPOSITORY');
  const repository = hub.includes(guess.host) && !path.includes('/') ? `library/${path}` : path;
  if (!repositoryRule.test(repository)) {
    throw noPlace(text, `has no repository: ${JSON.stringify(shownText(path))}`);
  }
  if (hub.includes(guess.host)) {
    return { host: 'docker.io', repository, origin: new URL('https://registry-1.docker.io') };
  }
  // The URL parser removes the default port of https; with http it is an ordinary port.
  const protocol = scheme ?? (isLoopback(guess.hostname) ? 'http' : 'https');
  const origin = new URL(`${protocol}://${authority}`);
  const { host } = origin;
  if (host.length + 1 + repository.length > maxPlaceLength) {
    throw noPlace(text, `is longer than ${maxPlaceLength} characters`);
  }
  return { host, repository, origin };
}

function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function noPlace(text: string, what: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${JSON.stringify(shownText(text))} ${what}`,
    hint: 'Write host and repository in small letters, without tag or digest, such as registry.example:5000/fleet/images.',
    details: { field: 'registry', value: shownText(text) },
  });
}
