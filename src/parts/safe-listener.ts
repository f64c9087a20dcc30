import type { Log } from '../contracts/log.ts';

/**
 * A listener of the caller's that ends no call: what it throws, or its promise rejects with, is reported once, and it goes
 * on being called.
 */
export function safeListener<E extends readonly unknown[]>(
  listener: (...event: E) => unknown,
  report: (error: unknown) => void,
): (...event: E) => void {
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

/** What a caller is told of a listener of its own that failed. */
export function describeFailure(name: string, error: unknown): string {
  return `${name} failed: ${error instanceof Error ? error.message : String(error)}`;
}

/** The listener of a call that has nothing but its log to tell a failure to. */
export function safeProgress<E extends readonly unknown[]>({
  onProgress,
  log,
}: {
  onProgress?: ((...event: E) => void) | undefined;
  log?: Log | undefined;
}): ((...event: E) => void) | undefined {
  if (onProgress === undefined) return undefined;
  return safeListener(onProgress, (error) => {
    log?.({ level: 'warn', message: describeFailure('onProgress', error) });
  });
}
