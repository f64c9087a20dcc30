import type { MetadataHead } from '../../contracts/metadata.ts';
import type { Hop } from '../addresses/rules.ts';
import { followRedirects, isRedirect, type TransferContext } from '../ask.ts';
import { withRetries } from '../retry.ts';
import { isTransient, statusFailure } from '../status-failure.ts';
import { glance } from '../wire/answer.ts';
import type { OriginSlots } from './origin-slots.ts';

/** A HEAD request along redirects. Any lasting status is an answer; one that stays transient is `ERR_HTTP_STATUS`. */
export async function requestHead(
  start: Hop,
  context: TransferContext,
  slots: OriginSlots,
): Promise<MetadataHead> {
  const { signal } = context.attempts;
  const visit = (hop: Hop) =>
    slots(hop.url.origin, signal, async () => {
      const answer = await context.wire.send({
        method: 'HEAD',
        url: hop.url,
        headers: { accept: '*/*', 'accept-encoding': 'identity' },
        decompress: false,
        signal,
      });
      if (isTransient(answer.status)) throw await statusFailure(answer);
      await glance(answer);
      if (isRedirect(answer.status)) return { location: answer.headers['location'] };
      return { value: answer };
    });
  return await withRetries(async () => {
    const { hop, value } = await followRedirects(start, context.rules, visit);
    return { finalUrl: hop.url, status: value.status, headers: value.headers };
  }, context.attempts);
}
