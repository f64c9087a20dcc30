import { styleText } from 'node:util';
import type { Warning } from '../../core.ts';
import type { Flags } from '../args/flags.ts';
import { readProgress } from '../args/read-options.ts';
import type { Io } from '../io.ts';
import { escapeControls, formatJson } from '../print/format.ts';
import { ProgressBar } from './bar.ts';
import { openEvents } from './events.ts';
import { ProgressLines } from './lines.ts';
import { isPrinted, type Reporter, untold } from './reporter.ts';
import { type ProgressView, silentView } from './view.ts';

/**
 * A bar on a terminal, lines elsewhere, nothing under `--quiet`, events as JSON under `--progress json`; the log only under
 * `--verbose`.
 */
export function openReporter({ stderr, env }: Pick<Io, 'stderr' | 'env'>, flags: Flags): Reporter {
  if (readProgress(flags) === 'json') return openEvents(stderr);
  const view = flags.has('quiet') ? silentView : openView(stderr, env['TERM']);
  const verbose = flags.has('verbose');
  const isNew = untold();
  const warn = (warnings: readonly Warning[]): void => {
    for (const warning of warnings.filter(isNew).filter(isPrinted(flags))) {
      view.print(
        `${styleText('yellow', 'warning:', { stream: stderr })} ${escapeControls(warning.message)}`,
      );
    }
  };
  return {
    onProgress(event) {
      if (event.type === 'warning') warn([event.warning]);
      else view.show(event);
    },
    log({ level, message, data }) {
      if (!verbose) return;
      const more = data === undefined ? '' : ` ${formatJson(data)}`;
      view.print(`${level}: ${escapeControls(message)}${more}`);
    },
    warn,
    stop: () => view.stop(),
  };
}

function openView(stderr: Io['stderr'], terminal: string | undefined): ProgressView {
  const canMove = stderr.isTTY === true && terminal !== undefined && terminal !== 'dumb';
  return canMove ? new ProgressBar(stderr) : new ProgressLines(stderr);
}
