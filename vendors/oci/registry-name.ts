import { defined, shownText, UsageError } from '../../src/kit.ts';

/** The parsed name of an image in a registry. */
export interface RegistryName {
  /** As written by users: `docker.io`, `quay.io`, `127.0.0.1:5000`. */
  host: string;
  repository: string;
  tag?: string;
  /** Parent address of the repository's manifests and blobs. */
  base: URL;
}

/** distribution-spec 1.1, "Pulling manifests". */
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositories = new RegExp(`^${component}(?:/${component})*$`);
/** Many clients refuse longer names; the limit includes the host. */
const maxLength = 255;

/**
 * Reads `HOST[:PORT]/REPOSITORY[:TAG]`; `ERR_INVALID_REQUEST` for anything else. Plain http is allowed only for a host
 * on loopback.
 */
export function readRegistryName(text: string): RegistryName {
  const [, authority = '', path = '', tag] =
    /^([^/@\s]+)\/([^:@\s]+)(?::(\w[\w.-]{0,127}))?$/.exec(text) ?? [];
  const url = URL.parse(`https://${authority}`);
  const isHost = /[.:\]]|^localhost$/i.test(authority) && url !== null && url.host !== '';
  if (!isHost) throw noName(text, 'has no host and repository');
  const isHub = ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(url.host);
  // An image of Docker Hub without an owner belongs to `library`.
  const repository = isHub && !path.includes('/') ? `library/${path}` : path;
  if (!repositories.test(repository) || authority.length + 1 + repository.length > maxLength) {
    throw noName(text, `has no repository: ${JSON.stringify(shownText(path))}`);
  }
  const scheme = isLoopback(url.hostname) ? 'http' : 'https';
  const origin = isHub ? 'https://registry-1.docker.io' : `${scheme}://${authority.toLowerCase()}`;
  const base = new URL(`/v2/${repository}/`, origin);
  return { host: isHub ? 'docker.io' : base.host, repository, base, ...defined({ tag }) };
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

function noName(text: string, what: string): UsageError {
  const shown = shownText(text);
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `oci: ${JSON.stringify(shown)} ${what}`,
    hint: 'Write oci:HOST/REPOSITORY:TAG, such as oci:quay.io/containerdisks/ubuntu:24.04, the repository in small letters.',
    details: { field: 'release', value: shown },
  });
}
