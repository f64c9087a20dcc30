import type { Warning } from '../contracts/log.ts';
import type { OnProgress, ProgressEvent, Stage } from '../contracts/progress.ts';
import type { ArtifactRole } from '../contracts/vendor.ts';
import { defined } from '../kit/defined.ts';
import { Fraction } from './progress/fraction.ts';

/** Reports to one listener: at most every 100 ms for each kind of count, and always the last count. */
export interface Progress {
  /** The files that this call will make, needed for `fraction`. */
  expect(files: readonly ExpectedFile[]): void;
  /** The following events are about this file. */
  begin(role: ArtifactRole): void;
  stage(stage: Stage, message: string): void;
  wait(name: string, bytes: number, totalBytes: number | undefined): void;
  fetch(url: string, bytes: number, totalBytes: number | undefined, last?: boolean): void;
  decode(bytes: number, virtualSize: number | undefined, last?: boolean): void;
  retry(attempt: number, reason: string, delayMs: number): void;
  warning(warning: Warning): void;
  done(origin: 'cache' | 'network' | 'tier', path: string): void;
}

interface ExpectedFile {
  role: ArtifactRole;
  artifact: { sizeBytes?: number | undefined };
}

const everyMs = 100;

/** Makes a reporter for one call; without a listener it does nothing. */
export function createProgress(listener: OnProgress | undefined): Progress {
  const started = performance.now();
  const last = { wait: -Infinity, fetch: -Infinity, decode: -Infinity };
  const whole = new Fraction();
  let role: ArtifactRole | undefined;
  let fetchStarted: { at: number; bytes: number } | undefined;
  const due = (kind: keyof typeof last, force: boolean): boolean => {
    const now = performance.now();
    if (listener === undefined || (!force && now - last[kind] < everyMs)) return false;
    last[kind] = now;
    return true;
  };
  const ofFile = (event: ProgressEvent): void =>
    listener?.({ ...event, ...defined({ role, fraction: whole.value }) });
  const ofCall = (event: ProgressEvent): void =>
    listener?.({ ...event, ...defined({ fraction: whole.value }) });
  return {
    expect(files) {
      whole.expect(files.map((file) => ({ role: file.role, totalBytes: file.artifact.sizeBytes })));
    },
    begin(next) {
      role = next;
      fetchStarted = undefined;
      whole.begin(next);
    },
    stage: (stage, message) => ofFile({ type: 'stage', stage, message }),
    wait(name, bytes, totalBytes) {
      if (due('wait', false)) ofCall({ type: 'wait', name, bytes, ...defined({ totalBytes }) });
    },
    fetch(url, bytes, totalBytes, isLast = false) {
      // Bytes of an earlier call say nothing about the speed of this one.
      fetchStarted ??= { at: performance.now(), bytes };
      whole.fetch(bytes, totalBytes);
      if (!due('fetch', isLast)) return;
      const seconds = (performance.now() - fetchStarted.at) / 1000;
      const came = bytes - fetchStarted.bytes;
      const bytesPerSecond = seconds > 0 ? Math.round(came / seconds) : 0;
      const total = defined({ totalBytes });
      ofFile({ type: 'fetch', url, bytes, bytesPerSecond, ...total });
    },
    decode(bytes, virtualSize, isLast = false) {
      whole.decode(bytes, virtualSize);
      if (due('decode', isLast)) ofFile({ type: 'decode', bytes, ...defined({ virtualSize }) });
    },
    retry(attempt, reason, delayMs) {
      fetchStarted = undefined;
      ofFile({ type: 'retry', attempt, reason, delayMs });
    },
    warning: (warning) => ofCall({ type: 'warning', warning }),
    done(origin, path) {
      const elapsedMs = performance.now() - started;
      listener?.({ type: 'done', origin, path, elapsedMs, fraction: 1 });
    },
  };
}
