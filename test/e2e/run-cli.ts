import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The result of one run of the command line. */
export interface CliRun {
  code: number;
  stdout: string;
  stderr: string;
  /** Wall time. */
  ms: number;
  /** Peak resident memory in bytes, from the kernel. */
  peakBytes: number;
}

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Runs the command line from the sources. */
export async function runCli(parameters: string[]): Promise<CliRun> {
  const started = performance.now();
  const child = spawn(process.execPath, [main, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, readPeak(child.pid ?? 0));
  }, 20);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  clearInterval(timer);
  return { code: Number(code), stdout, stderr, ms: performance.now() - started, peakBytes };
}

function readPeak(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
