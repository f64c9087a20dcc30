import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** A program that failed, and how it ended. */
export class ProgramFailure extends Error {
  /** True if the program does not exist on this machine. */
  readonly isMissing: boolean;
  /** Its last output. */
  readonly said: string;

  constructor(line: readonly string[], said: string, isMissing = false) {
    super(
      `${line.slice(0, 2).join(' ')} ${isMissing ? 'is not installed on this machine' : `failed: ${said}`}`,
    );
    this.isMissing = isMissing;
    this.said = said;
  }
}

const maxSaid = 4096;
const maxTold = 4 * 1024 * 1024;

/** Runs a program to its end and returns its output. Throws `ProgramFailure` if it fails. */
export async function runProgram(line: readonly string[], signal?: AbortSignal): Promise<string> {
  let told = '';
  for await (const chunk of streamProgram(line, signal)) {
    if (told.length < maxTold) told += new TextDecoder().decode(chunk);
  }
  return told;
}

/**
 * The output of a program, as fast as the caller reads it. If the caller stops early, the program is stopped and has
 * ended.
 */
export async function* streamProgram(
  line: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  signal?.throwIfAborted();
  const [command = '', ...args] = line;
  // In its own process group: a terminal's interrupt reaches only this process, which then ends the steps in order.
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const ended = endOf(child, line);
  let isRunning = child.pid !== undefined;
  child.once('exit', () => {
    isRunning = false;
  });
  const stop = (): void => {
    if (isRunning) stopGroup(child);
  };
  signal?.addEventListener('abort', stop, { once: true });
  let broken: unknown;
  try {
    try {
      yield* child.stdout.iterator({ destroyOnReturn: false });
    } catch (error) {
      // A program that ended early states the reason itself.
      broken = error;
    }
    const failure = (await ended) ?? broken;
    signal?.throwIfAborted();
    if (failure !== undefined) throw failure;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
    child.stdout.destroy();
    await ended;
  }
}

/** Stops the program and all processes that it started. */
function stopGroup({ pid = 0 }: ChildProcess): void {
  try {
    if (pid > 0) process.kill(-pid, 'SIGTERM');
  } catch {
    // The process has just ended.
  }
}

/** Never rejects. */
async function endOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
  line: readonly string[],
): Promise<ProgramFailure | undefined> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-maxSaid);
  });
  try {
    const [code, signal]: unknown[] = await once(child, 'close');
    if (code === 0) return undefined;
    return new ProgramFailure(line, said.trim() || `it ended with ${code ?? signal}`);
  } catch (error) {
    const isMissing = Reflect.get(Object(error), 'code') === 'ENOENT';
    return new ProgramFailure(line, error instanceof Error ? error.message : '', isMissing);
  }
}
