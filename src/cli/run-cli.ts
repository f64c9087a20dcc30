import { awaitBackgroundWork } from '../cache/background-work.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { loadGotLightly } from '../http/wire/load-got.ts';
import { builtIns } from '../index.ts';
import { version } from '../version.ts';
import { formatCommandHelp, formatGroupHelp, formatHelp } from './args/help.ts';
import { type Invocation, parseCommand } from './args/parse-command.ts';
import { withRegistry } from './args/read-registry.ts';
import { readTransport } from './args/read-transport.ts';
import { wantsEvents, wantsJson } from './args/tokenize.ts';
import type { Command, Outcome } from './commands/command.ts';
import { commands } from './commands/every.ts';
import { watchInterrupts } from './interrupt.ts';
import type { Io } from './io.ts';
import { loadPlugins } from './plugins/load-plugins.ts';
import { formatJson } from './print/format.ts';
import { formatError, reportError } from './print/report-error.ts';
import { formatErrorEvent } from './progress/events.ts';
import { openReporter } from './progress/open-reporter.ts';

/** Runs one command line and gives back the exit code; results go to `stdout`, everything else to `stderr`. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  if (args.length === 0) {
    io.stderr.write(`${formatHelp(commands, io.stderr.isTTY ? io.stderr.columns : undefined)}\n`);
    return exitCodes.usage;
  }
  const json = wantsJson(args);
  const interrupts = watchInterrupts();
  let verbose = false;
  const tell = (error: unknown, reference?: string): void => {
    const text = wantsEvents(args)
      ? formatErrorEvent(reportError(error), reference)
      : formatError(error, io.stderr, verbose, reference);
    io.stderr.write(text);
  };
  try {
    const invocation = parseCommand(args, commands);
    verbose = invocation.flags.has('verbose');
    const answering = answer(invocation, io, interrupts.signal);
    const {
      text,
      json: result,
      exitCode = 0,
      failures = [],
    } = await Promise.race([answering, interrupts.overdue]);
    if (json) io.stdout.write(`${formatJson(result)}\n`);
    else if (text !== '') io.stdout.write(`${text}\n`);
    for (const { reference, error } of failures) tell(error, reference);
    return exitCode;
  } catch (thrown) {
    // Whatever an interrupted call ends with, it ended because it was interrupted.
    const error = interrupts.signal.aborted ? interrupts.signal.reason : thrown;
    const report = reportError(error);
    if (json) io.stdout.write(`${formatJson({ error: report })}\n`);
    tell(error);
    return report.exitCode;
  } finally {
    // Scripts that read the cache after this process find nothing that is about to go.
    await awaitBackgroundWork();
    interrupts.stop();
  }
}

async function answer(invocation: Invocation, io: Io, signal: AbortSignal): Promise<Outcome> {
  switch (invocation.kind) {
    case 'version':
      return { text: version, json: { version } };
    case 'help': {
      const text = formatHelpOn(
        invocation.commands,
        io.stdout.isTTY ? io.stdout.columns : undefined,
      );
      return { text, json: { help: text } };
    }
    case 'run':
      return runCommand(invocation, io, signal);
  }
}

async function runCommand(
  { command, operands, flags }: Extract<Invocation, { kind: 'run' }>,
  io: Io,
  signal: AbortSignal,
): Promise<Outcome> {
  const { cwd, env } = io;
  const cacheDir = flags.text('cache-dir') ?? (env['ROOTDISK_CACHE_DIR'] || undefined);
  const reporter = openReporter(io, flags);
  const { log, onProgress, warn } = reporter;
  try {
    if (flags.list('plugin').length === 0) loadGotLightly();
    const transport = await readTransport(flags, { cwd, cacheDir, signal, log });
    const loaded = await loadPlugins(builtIns, flags.list('plugin'), cwd, signal);
    // The commands of `registry` name theirs as an operand.
    const isTier = command.options.includes('registry');
    const parts = isTier ? await withRegistry(loaded, flags) : loaded;
    return await command.run({
      operands,
      flags,
      cwd,
      cacheDir,
      parts,
      transport,
      signal,
      streams: io,
      columns: io.stdout.isTTY ? io.stdout.columns : undefined,
      log,
      onProgress,
      warn,
    });
  } finally {
    reporter.stop();
  }
}

function formatHelpOn(chosen: readonly Command[], columns: number | undefined): string {
  if (chosen.length === commands.length) return formatHelp(commands, columns);
  const [only, ...more] = chosen;
  return only === undefined || more.length > 0
    ? formatGroupHelp(chosen, columns)
    : formatCommandHelp(only, columns);
}
