import { PluginError } from '../errors.ts';
import { sleep } from '../kit/abort.ts';

/** Time that a plug-in has after an abort to end by itself, so that it closes its files first. */
const graceMs = 300;

/** A promise of a plug-in that has not settled yet. */
interface Pending {
  end(): void;
}

const pending: Pending[] = [];

/**
 * Waits for a promise of a plug-in. If it ignores the abort of `signal`, the signal's reason is thrown soon after the
 * abort. If it cannot settle any more because the event loop is empty, throws `ERR_PLUGIN`.
 */
export async function awaitPlugin<T>(
  plugin: string,
  method: string,
  signal: AbortSignal,
  run: () => PromiseLike<T> | T,
): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  // The race below reports the rejection; but a method that throws before it returns a promise never reaches that
  // race.
  ended.catch(() => {});
  const waiting: Pending = { end: () => reject(neverSettled(plugin, method)) };
  const onAbort = (): void => void sleep(graceMs).then(() => reject(signal.reason));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  enter(waiting);
  try {
    return await Promise.race([run(), ended]);
  } finally {
    leave(waiting);
    signal.removeEventListener('abort', onAbort);
  }
}

function enter(waiting: Pending): void {
  if (pending.length === 0) process.on('beforeExit', endInnermost);
  pending.push(waiting);
}

function leave(waiting: Pending): void {
  pending.splice(pending.indexOf(waiting), 1);
  if (pending.length === 0) process.off('beforeExit', endInnermost);
}

/** Node emits this event when the event loop is empty, and again the next time it is empty. */
function endInnermost(): void {
  pending.at(-1)?.end();
}

function neverSettled(plugin: string, method: string): PluginError {
  return new PluginError({
    code: 'ERR_PLUGIN',
    message: `${plugin}.${method}() never ends: its promise is pending, and nothing is left that could settle it`,
    hint: `Report this to the author of ${plugin}.`,
    details: { plugin, method },
  });
}

/** Waits for the end of work that involves a plug-in, no longer than `awaitPlugin` does. Never throws. */
export async function awaitEnd(signal: AbortSignal, end: () => Promise<void>): Promise<void> {
  await awaitPlugin('a plug-in', 'end', signal, end).catch(() => undefined);
}
