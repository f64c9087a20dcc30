import type { Log, Warning } from '../contracts/log.ts';

/** The listeners that a caller may pass. */
interface Listeners {
  log?: Log | undefined;
  onProgress?: ((...event: never[]) => unknown) | undefined;
}

/**
 * Wraps the listeners of a call so that they cannot end it: the first error that `log` or `onProgress` throws or
 * rejects with is reported, and the listener is still called afterwards. It is reported as a warning of the call if
 * the call has warnings (`tell`), else to its log, else as a warning of the process. Every verb reads its listeners
 * through this function.
 */
export function safeListeners<T extends Listeners>(
  options: T,
  tell?: (warning: Warning) => void,
): T {
  // A value that is not an object is refused where the options are read.
  if (typeof options !== 'object' || options === null) return options;
  const { log, onProgress } = options;
  let isLogSound = log !== undefined;
  const report = (name: string, error: unknown): void => {
    const message = `${name} failed: ${error instanceof Error ? error.message : String(error)}`;
    if (tell !== undefined) {
      tell({ code: 'listener', message });
      return;
    }
    if (isLogSound) safe.log?.({ level: 'warn', message });
    // A log that just failed did not report it.
    if (!isLogSound) process.emitWarning(message, { code: 'ROOTDISK_LISTENER' });
  };
  const safe: T = {
    ...options,
    log:
      log &&
      safeListener(log, (error) => {
        isLogSound = false;
        report('log', error);
      }),
    onProgress: onProgress && safeListener(onProgress, (error) => report('onProgress', error)),
  };
  return safe;
}

function safeListener<E extends readonly never[]>(
  listener: (...event: E) => unknown,
  report: (error: unknown) => void,
): (...event: E) => void {
  if (typeof listener !== 'function') return listener;
  let isReported = false;
  const failed = (error: unknown): void => {
    if (isReported) return;
    isReported = true;
    report(error);
  };
  return (...event) => {
    try {
      const answer = listener(...event);
      if (answer instanceof Promise) answer.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
