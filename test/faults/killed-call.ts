import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { EnsureOptions } from '../../src/core.ts';
import type { Line } from '../fixtures/line.ts';

/** `ensureImage` in a separate process. */
export interface Call {
  /** Resolves when a stage has begun, or the process has ended. */
  reached(stage: string): Promise<void>;
  /** Resolves when a condition is met, or the process has ended. */
  until(met: () => Promise<boolean>): Promise<void>;
  /** SIGKILL; a process that has ended by then must have succeeded. */
  kill(): Promise<void>;
  /** The path that it printed at its end. */
  result(): Promise<string>;
}

const program = fileURLToPath(new URL('ensure-with.ts', import.meta.url));
const pollMs = 2;

export function startCall({ cacheDir, mirrors }: Line, options: EnsureOptions = {}): Call {
  const all = { arch: 'amd64', cacheDir, mirrors, ...options };
  const child = spawn(process.execPath, [program, JSON.stringify(all)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (text) => lines.push(text));
  let over = false;
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true;
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(`exit code ${code}: ${errors}`);
  });
  ended.catch(() => {});
  const until = async (met: () => Promise<boolean>): Promise<void> => {
    while (!over && !(await met())) await new Promise((resolve) => setTimeout(resolve, pollMs));
  };
  return {
    until,
    reached: (stage) => until(async () => lines.includes(`stage ${stage}`)),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async result() {
      await ended;
      return lines.at(-1) ?? '';
    },
  };
}
