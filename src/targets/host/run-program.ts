import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** What a program was asked, and how it ended otherwise than well. */
export class ProgramFailure extends Error {
  /** There is no such program on this machine. */
  readonly isMissing: boolean;
  /** What it said last. */
  readonly said: string;

  constructor(line: readonly string[], said: string, isMissing = false) {
    super(
      `${line.slice(0, 2).join(' ')} ${isMissing ? 'is not on this machine' : `failed: ${said}`}`,
    );
    this.isMissing = isMissing;
    this.said = said;
  }
}

const maxSaid = 4096;
const maxTold = 4 * 1024 * 1024;

/** Runs a program to its end; what it writes. `ProgramFailure` for another end than a good one. */
export async function runProgram(line: readonly string[], signal?: AbortSignal): Promise<string> {
  let told = '';
  for await (const chunk of streamProgram(line, signal)) {
    if (told.length < maxTold) told += new TextDecoder().decode(chunk);
  }
  return told;
}

/** The bytes that a program writes, as fast as they are taken. It is stopped, and has ended, when this ends early. */
export async function* streamProgram(
  line: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  signal?.throwIfAborted();
  const [command = '', ...args] = line;
  // In a group of its own: the interrupt of a terminal reaches this process only, which then ends one step after another.
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
      // Why a program ended early is what it says itself.
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

/** The program and what it has started. */
function stopGroup({ pid = 0 }: ChildProcess): void {
  try {
    if (pid > 0) process.kill(-pid, 'SIGTERM');
  } catch {
    // It ended at this moment.
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
