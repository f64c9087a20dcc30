import { TransferError } from '../../../errors.ts';
import { isPrivateHost } from '../../../http/addresses/private-hosts.ts';
import type { SentAnswer } from '../../../http/send.ts';
import { publicUrl } from '../../../kit/public-url.ts';
import { badAnswer } from '../refusal.ts';

/**
 * The address that continues an upload: the `Location` of an answer, absolute or relative. It may lead to another
 * host, such as a storage service, but not from a public host to a private address, and not from https to http.
 */
export function uploadLocation(answer: SentAnswer, asked: URL): URL {
  const location = URL.parse(answer.headers['location'] ?? '', asked);
  if (answer.headers['location'] === undefined || location === null) {
    throw badAnswer(asked, 'does not say where the upload continues');
  }
  // A registry behind a TLS proxy may write http in its own addresses.
  if (location.hostname === asked.hostname && asked.protocol === 'https:') {
    if (location.protocol === 'http:') {
      if (location.port === '80') location.port = '';
      location.port ||= asked.port;
      location.protocol = 'https:';
    }
    return location;
  }
  const isHttp = location.protocol === 'http:' || location.protocol === 'https:';
  if (!isHttp || (asked.protocol === 'https:' && location.protocol === 'http:')) {
    throw refusedLocation(asked, location, 'without https');
  }
  if (location.hostname !== asked.hostname && isPrivateHost(location.hostname)) {
    throw refusedLocation(asked, location, 'a private address');
  }
  return location;
}

/** The address that ends an upload: `digest` is added to the query. */
export function closingUrl(location: URL, digest: string): URL {
  const url = new URL(location);
  // The query belongs to the registry, and some registries sign it: append to it, do not rewrite it.
  const query = `digest=${encodeURIComponent(digest)}`;
  url.search = url.search === '' ? query : `${url.search}&${query}`;
  return url;
}

function refusedLocation(asked: URL, location: URL, what: string): TransferError {
  const shown = publicUrl(asked);
  return new TransferError({
    code: 'ERR_REDIRECT',
    message: `${shown}: the registry sends the upload to ${publicUrl(location)}, ${what}`,
    hint: 'Correct the address that the registry states for itself, such as http.host of docker-registry.',
    details: { url: shown, location: publicUrl(location) },
  });
}
