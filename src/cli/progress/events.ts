import { defined } from '../../kit/defined.ts';
import type { TerminalStream } from '../io.ts';
import { formatJson } from '../print/format.ts';
import type { ErrorReport } from '../print/report-error.ts';
import { type Reporter, untold } from './reporter.ts';

/** For programs: each event is one line of JSON, a warning is an event too, and there is no other line. */
export function openEvents(stderr: TerminalStream): Reporter {
  const isNew = untold();
  const onProgress: Reporter['onProgress'] = (event) => {
    if (event.type === 'warning' && !isNew(event.warning)) return;
    stderr.write(`${formatJson(event)}\n`);
  };
  return {
    onProgress,
    log() {},
    warn(warnings) {
      for (const warning of warnings) onProgress({ type: 'warning', warning });
    },
    stop() {},
  };
}

/** The last line of a call that failed; of several references a line for each that failed. */
export function formatErrorEvent(error: ErrorReport, reference?: string): string {
  return `${formatJson({ type: 'error', ...defined({ reference }), error })}\n`;
}
