import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A program of `test/fixtures/cache/` in a separate process. */
export interface Child {
  process: ChildProcess;
  /** The next line that it prints; rejects if the process ends without one. */
  line(): Promise<string>;
  kill(): Promise<void>;
  /** The exit code and the whole output on stderr. */
  ended(): Promise<{ code: number | null; errors: string }>;
}

export function startChild(
  script: string,
  parameters: string[],
  options: { node?: string[] } = {},
): Child {
  const path = fileURLToPath(new URL(`../fixtures/cache/${script}`, import.meta.url));
  const child = spawn(process.execPath, [...(options.node ?? []), path, ...parameters], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    process: child,
    line: async () => {
      const next = await lines.next();
      if (next.done === true) throw new Error(`${script} printed nothing more: ${errors}`);
      return next.value;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    ended: async () => {
      await exited;
      return { code: child.exitCode, errors };
    },
  };
}
