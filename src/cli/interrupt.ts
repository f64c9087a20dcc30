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

/** After a signal a command has so long to tidy up. */
const tidyMs = 3000;

/** SIGINT and SIGTERM as an abort. */
export interface Interrupts {
  signal: AbortSignal;
  /** Rejects when a command goes on after the abort. */
  overdue: Promise<never>;
  /** Gives both signals back. */
  stop(): void;
}

/** Turns SIGINT and SIGTERM into an abort; the second one ends the process at once. */
export function watchInterrupts(): Interrupts {
  const controller = new AbortController();
  const { promise: overdue, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  let first: number | undefined;
  const listen = (name: 'SIGINT' | 'SIGTERM') => (): void => {
    const reason = new Interrupted(name);
    if (first !== undefined && performance.now() - first > echoMs) process.exit(reason.exitCode);
    first ??= performance.now();
    timer ??= setTimeout(() => reject(reason), tidyMs);
    controller.abort(reason);
  };
  const onInterrupt = listen('SIGINT');
  const onTerminate = listen('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    overdue,
    stop() {
      clearTimeout(timer);
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    },
  };
}
