import { TransferError } from '../../../errors.ts';
import { isPrivateHost } from '../../../http/addresses/private-hosts.ts';
import type { SentAnswer } from '../../../http/send.ts';
import { publicUrl } from '../../../kit/public-url.ts';
import { senselessAnswer } from '../refusal.ts';

/**
 * Where an upload goes on: the `Location` of an answer, absolute or relative. It may lead to another host, such as a storage, but
 * not from a public host to a private address, and not from https to http.
 */
export function uploadLocation(answer: SentAnswer, asked: URL): URL {
  const location = URL.parse(answer.headers['location'] ?? '', asked);
  if (answer.headers['location'] === undefined || location === null) {
    throw senselessAnswer(asked, 'does not say where the upload goes on');
  }
  // A registry behind a server that speaks https for it does not know better.
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

/** The address that ends an upload: `digest` beside what the query holds. */
export function closingUrl(location: URL, digest: string): URL {
  const url = new URL(location);
  // The query is the registry's own and signed by some: appended to, not written anew.
  const query = `digest=${encodeURIComponent(digest)}`;
  url.search = url.search === '' ? query : `${url.search}&${query}`;
  return url;
}

function refusedLocation(asked: URL, location: URL, what: string): TransferError {
  const shown = publicUrl(asked);
  return new TransferError({
    code: 'ERR_REDIRECT',
    message: `${shown}: the registry leads the upload to ${publicUrl(location)}, ${what}`,
    hint: 'Correct the address that the registry gives of itself, such as http.host of docker-registry.',
    details: { url: shown, location: publicUrl(location) },
  });
}
