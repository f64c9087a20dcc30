import type { Warning } from '../contracts/log.ts';
import type { OnProgress, Stage } from '../contracts/progress.ts';
import { defined } from '../kit/defined.ts';

/** Reports to one listener, at most every 100 ms per kind of count, plus the last. */
export interface Progress {
  stage(stage: Stage, message: string): void;
  wait(name: string, bytes: number, totalBytes: number | undefined): void;
  fetch(url: string, bytes: number, totalBytes: number | undefined, last?: boolean): void;
  decode(bytes: number, virtualSize: number | undefined, last?: boolean): void;
  retry(attempt: number, reason: string, delayMs: number): void;
  warning(warning: Warning): void;
  done(origin: 'cache' | 'network', path: string): void;
}

const everyMs = 100;

/** A reporter for one call; does nothing without a listener. */
export function createProgress(listener: OnProgress | undefined): Progress {
  const started = performance.now();
  const last = { wait: -Infinity, fetch: -Infinity, decode: -Infinity };
  let fetchStarted: { at: number; bytes: number } | undefined;
  const due = (kind: keyof typeof last, force: boolean): boolean => {
    const now = performance.now();
    if (listener === undefined || (!force && now - last[kind] < everyMs)) return false;
    last[kind] = now;
    return true;
  };
  return {
    stage: (stage, message) => listener?.({ type: 'stage', stage, message }),
    wait(name, bytes, totalBytes) {
      if (!due('wait', false)) return;
      listener?.({
        type: 'wait',
        name,
        bytes,
        ...defined({ totalBytes }),
      });
    },
    fetch(url, bytes, totalBytes, isLast = false) {
      // Bytes of an earlier call say nothing about the speed of this one.
      fetchStarted ??= { at: performance.now(), bytes };
      if (!due('fetch', isLast)) return;
      const seconds = (performance.now() - fetchStarted.at) / 1000;
      const came = bytes - fetchStarted.bytes;
      const bytesPerSecond = seconds > 0 ? Math.round(came / seconds) : 0;
      const total = defined({ totalBytes });
      listener?.({ type: 'fetch', url, bytes, bytesPerSecond, ...total });
    },
    decode(bytes, virtualSize, isLast = false) {
      if (!due('decode', isLast)) return;
      const size = defined({ virtualSize });
      listener?.({ type: 'decode', bytes, ...size });
    },
    retry(attempt, reason, delayMs) {
      fetchStarted = undefined;
      listener?.({ type: 'retry', attempt, reason, delayMs });
    },
    warning: (warning) => listener?.({ type: 'warning', warning }),
    done: (origin, path) =>
      listener?.({ type: 'done', origin, path, elapsedMs: performance.now() - started }),
  };
}
