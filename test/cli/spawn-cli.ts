import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { commands } from '../../src/cli/commands/every.ts';
import type { Line } from '../fixtures/line.ts';

export const main: string = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const acmePlugin: string = fileURLToPath(new URL('../fixtures/acme.ts', import.meta.url));

/** Nothing of the caller's settings; compiled sources are kept, which makes each start three times as fast. */
export const cleanEnv: Record<string, string | undefined> = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  NODE_COMPILE_CACHE: fileURLToPath(
    new URL('../../node_modules/.cache/cli-tests', import.meta.url),
  ),
};

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** What comes on standard input; nothing can be read from it when absent. */
  input?: Uint8Array;
  /** Called with everything that came on stderr so far. */
  onStderr?: (text: string, child: ChildProcess) => void;
  /** The same for stdout. */
  onStdout?: (text: string, child: ChildProcess) => void;
}

/** Runs the real command line in a process of its own. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: { ...cleanEnv, ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
  child.stdin?.on('error', () => {}).end(options.input);
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ran.stdout += text;
    options.onStdout?.(ran.stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ran.stderr += text;
    options.onStderr?.(ran.stderr, child);
  });
  ran.code = await new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return ran;
}

/** The arguments, and of the flags below those that their command takes. */
export function withFlags(line: Line, args: readonly string[]): string[] {
  const words = args.join(' ');
  const command = commands.find(({ name }) => `${words} `.startsWith(`${name} `));
  const pairs = flagsFor(line);
  const taken = pairs.filter((_, index) => {
    const flag = pairs[index - (index % 2)]?.slice(2);
    return command?.options.some((name) => name === flag) ?? false;
  });
  return [...args, ...taken];
}

/** What makes the command line talk to the made-up vendor of a line, and use its cache: flags and their values in turn. */
export function flagsFor(line: Line): string[] {
  const mirrors = Object.entries(line.mirrors).flatMap(([from, to]) => [
    '--mirror',
    `${from}=${to}`,
  ]);
  return ['--plugin', acmePlugin, '--cache-dir', line.cacheDir, '--arch', 'amd64', ...mirrors];
}

/** The one JSON object that stdout must hold. */
export function parseOutput({ stdout }: Ran): Record<string, unknown> {
  const lines = stdout.split('\n');
  if (lines.length !== 2 || lines[1] !== '') throw new Error(`not one line: ${stdout}`);
  return JSON.parse(stdout);
}
