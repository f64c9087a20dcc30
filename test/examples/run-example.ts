import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The result of running an example. */
export interface ExampleRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** The working folder, and a callback for its output. */
export interface RunDuring {
  cwd?: string;
  onStderr?: (text: string, child: ChildProcess) => void;
}

const doors = fileURLToPath(new URL('doors.ts', import.meta.url));

/** Runs an example unchanged, from the sources; `defaults` are options for each of its calls. */
export async function runExample(
  name: string,
  parameters: string[],
  defaults: object,
  env: Record<string, string> = {},
  { onStderr = () => {}, ...during }: RunDuring = {},
): Promise<ExampleRun> {
  const example = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--import', doors, example, ...parameters],
    {
      ...during,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, EXAMPLE_DEFAULTS: JSON.stringify(defaults), ...env },
    },
  );
  child.stderr.on('data', (piece) => onStderr(String(piece), child));
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code: Number(code), stdout, stderr };
}
