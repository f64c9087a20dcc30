/** What aborts a call when the process is told to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly code: 'ERR_INTERRUPTED' | 'ERR_TERMINATED';
  readonly exitCode: 130 | 143;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal === 'SIGINT' ? 'interrupted' : 'terminated');
    this.code = signal === 'SIGINT' ? 'ERR_INTERRUPTED' : 'ERR_TERMINATED';
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/** A signal that comes again so soon is the same one, passed on by a wrapper such as npx. */
const echoMs = 250;

/** Turns SIGINT and SIGTERM into an abort; the second one ends the process at once. `stop` gives both back. */
export function watchInterrupts(): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let first: number | undefined;
  const listen = (name: 'SIGINT' | 'SIGTERM') => (): void => {
    const reason = new Interrupted(name);
    if (first !== undefined && performance.now() - first > echoMs) process.exit(reason.exitCode);
    first ??= performance.now();
    controller.abort(reason);
  };
  const onInterrupt = listen('SIGINT');
  const onTerminate = listen('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    stop() {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    },
  };
}
