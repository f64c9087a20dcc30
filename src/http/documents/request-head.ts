import type { MetadataHead } from '../../contracts/metadata.ts';
import type { Hop } from '../addresses/rules.ts';
import { type AskContext, ask } from '../ask.ts';
import { withRetries } from '../retry.ts';
import { isTransient, statusFailure } from '../status-failure.ts';
import { dropBody } from '../wire/answer.ts';
import type { OriginSlots } from './origin-slots.ts';

/**
 * A HEAD request, with redirects. Any lasting status is an answer; throws `ERR_HTTP_STATUS` for a status that stays
 * transient.
 */
export async function requestHead(
  start: Hop,
  accept: string,
  context: AskContext,
  slots: OriginSlots,
): Promise<MetadataHead> {
  const run = async (): Promise<MetadataHead> => {
    const { hop, value } = await ask(
      start,
      {
        method: 'HEAD',
        headersFor: () => ({ accept }),
        slots,
        async read(answer) {
          if (isTransient(answer.status))
            throw await statusFailure(answer, context.attempts.tuning);
          await dropBody(answer);
          return answer;
        },
      },
      context,
    );
    return { finalUrl: hop.url, status: value.status, headers: value.headers };
  };
  return await withRetries(start.url, run, context.attempts);
}
