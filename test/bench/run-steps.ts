import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Step } from './contender.ts';
import { watchMemory } from './memory/watch-memory.ts';
import { ownProcess } from './own-process.ts';

/** The final output of several programs, and their peak resident memory. */
export interface StepsRun {
  printed: string;
  ms: number;
  peakBytes: number;
}

/** Runs programs one after the other; one that fails is an `Error` with its output. */
export async function runSteps(steps: readonly Step[]): Promise<StepsRun> {
  const started = performance.now();
  let printed = '';
  let peakBytes = Number.NaN;
  for (const step of steps) {
    const run = await runStep(step);
    printed = run.printed;
    // A step that is too short to observe does not affect the others.
    if (Number.isNaN(peakBytes) || run.peakBytes > peakBytes) peakBytes = run.peakBytes;
  }
  return { printed, ms: performance.now() - started, peakBytes };
}

async function runStep(step: Step): Promise<{ printed: string; peakBytes: number }> {
  const file = step.stdout === undefined ? undefined : openSync(step.stdout, 'w');
  try {
    const stdio = ['ignore', file ?? 'pipe', 'pipe'] as const;
    const child: ChildProcess = spawn(step.program, step.parameters, { stdio: [...stdio] });
    ownProcess(child);
    const memory = watchMemory(child.pid);
    const [printed, errors, [code, signal]] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      once(child, 'close'),
    ]).finally(() => memory.stop());
    if (code !== 0) {
      const why = signal ?? `exit code ${code}`;
      throw new Error(`${basename(step.program)}: ${why}: ${errors.trim().slice(0, 300)}`);
    }
    return { printed, peakBytes: memory.peakBytes() };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

async function textOf(stream: ChildProcess['stdout']): Promise<string> {
  return stream === null ? '' : await text(stream);
}
