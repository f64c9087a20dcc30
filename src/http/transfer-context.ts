import type { Limits } from '../contracts/limits.ts';
import type { Log } from '../contracts/log.ts';
import type { AddressRules, Hop } from './address-rules.ts';
import type { AttemptContext } from './attempts.ts';
import { followRedirects, isRedirect } from './follow-redirects.ts';
import { glance } from './glance.ts';
import type { Answer, Wire } from './wire.ts';

/** What every transfer of one client shares. */
export interface TransferContext {
  wire: Wire;
  rules: AddressRules & { maxRedirects: number };
  attempts: AttemptContext;
  limits: Limits;
  log: Log;
}

/** Asks for the bytes as they are, along redirects; the answer may have any status that is no redirect. */
export async function ask(
  start: Hop,
  headers: Record<string, string>,
  context: TransferContext,
): Promise<{ hop: Hop; answer: Answer }> {
  const { wire, rules, attempts } = context;
  const { hop, value } = await followRedirects(start, rules, async ({ url }) => {
    const answer = await wire.send({
      method: 'GET',
      url,
      headers: { 'accept-encoding': 'identity', ...headers },
      decompress: false,
      signal: attempts.signal,
    });
    if (!isRedirect(answer.status)) return { value: answer };
    await glance(answer);
    return { location: answer.headers['location'] };
  });
  return { hop, answer: value };
}
