import type { Call } from '../call.ts';
import type { Plan } from '../plan.ts';

/** The size from a HEAD request; not every host states it. */
export async function askSize(call: Call, plan: Plan): Promise<number | undefined> {
  if (plan.artifact.url.protocol === 'file:') return undefined;
  const head = await call.metadata.head(plan.artifact.url).catch(() => undefined);
  call.signal.throwIfAborted();
  const length = Number(head?.status === 200 ? head.headers['content-length'] : Number.NaN);
  return Number.isSafeInteger(length) && length > 0 ? length : undefined;
}
