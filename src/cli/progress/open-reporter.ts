import { styleText } from 'node:util';
import type { Log, OnProgress, Warning } from '../../core.ts';
import type { Flags } from '../args/flags.ts';
import type { Io } from '../io.ts';
import { escapeControls, formatJson } from '../print/format.ts';
import { ProgressBar } from './bar.ts';
import { ProgressLines } from './lines.ts';
import { type ProgressView, silentView } from './view.ts';

/** Everything that goes to stderr while a command runs. */
export interface Reporter {
  onProgress: OnProgress;
  log: Log;
  /** Each warning once. */
  warn(warnings: readonly Warning[]): void;
  /** Leaves the terminal as it was. May be called again. */
  stop(): void;
}

/** A bar on a terminal, lines elsewhere, nothing under `--quiet`; the log only under `--verbose`. */
export function openReporter({ stderr, env }: Pick<Io, 'stderr' | 'env'>, flags: Flags): Reporter {
  const view = flags.has('quiet') ? silentView : openView(stderr, env['TERM']);
  const verbose = flags.has('verbose');
  const told = new Set<string>();
  const warn = (warnings: readonly Warning[]): void => {
    for (const { code, message } of warnings) {
      const key = `${code}\n${message}`;
      if (told.has(key)) continue;
      told.add(key);
      view.print(
        `${styleText('yellow', 'warning:', { stream: stderr })} ${escapeControls(message)}`,
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
