import { NotFoundError } from '../errors.ts';
import { publicUrl } from '../kit/public-url.ts';

/** `ERR_OFFLINE_MISS`: the call would have needed a request. */
export function offlineMiss(url: URL): NotFoundError {
  return new NotFoundError({
    code: 'ERR_OFFLINE_MISS',
    message: `offline: ${publicUrl(url)} would have to be asked`,
    hint: 'Call once without offline, so that the answer is cached.',
    details: { field: 'offline', value: publicUrl(url) },
  });
}
