import { TransferError } from '../../errors.ts';
import { isPrivateHost } from '../../http/addresses/private-hosts.ts';
import { publicUrl } from '../../kit/public-url.ts';

/**
 * The address of the token service. A registry with https must not name one with plain http. It must not name a
 * private address on another host unless its own address is private: such a service is reachable from this host only,
 * and credentials are sent there. Throws `ERR_METADATA` otherwise.
 */
export function parseRealm(text: string, registry: URL): URL {
  const realm = URL.parse(text);
  if (realm === null || !/^https?:$/.test(realm.protocol))
    throw noRealm(registry, 'an invalid address');
  realm.username = '';
  realm.password = '';
  realm.hash = '';
  if (realm.protocol === 'http:' && registry.protocol === 'https:') {
    throw noRealm(registry, `plain http: ${publicUrl(realm)}`);
  }
  const isOther = realm.hostname !== registry.hostname;
  if (isOther && isPrivateHost(realm.hostname) && !isPrivateHost(registry.hostname)) {
    throw noRealm(registry, `a private address: ${publicUrl(realm)}`);
  }
  return realm;
}

function noRealm(registry: URL, what: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${registry.origin} names a token service at ${what}`,
    hint: 'Do not use this registry; report it to its operator.',
    details: { url: `${registry.origin}/`, field: 'www-authenticate' },
  });
}
