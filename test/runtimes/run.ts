import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { installPackage, root } from '../package/consumer.ts';
import { requireNode } from '../require-node.ts';
import { sources } from './runtimes.ts';

/**
 * Packs the built package, installs it once, and runs `program/` with each runtime: `run.ts [runtime…]`, such as `bun`.
 * Prints a table of results, then every error. Exits with 1 if a step fails. A runtime that is not available is named,
 * and fails the run if CI is set.
 */
requireNode();
const asked = process.argv.slice(2);
/** What the program imports beside the package: files without imports of the package's own sources. */
const needed = [
  'test/runtimes/program',
  'test/http/wire/tls-server.ts',
  'test/vendors/documents/rocky.ts',
  'test/verifiers/openpgp/make',
  'examples/acme-vendor',
];
const limitMs = 10 * 60_000;

interface Answer {
  title: string;
  error?: string;
}
const answers: Record<string, Map<string, Answer>> = {};
const notes: string[] = [];
const tools = await mkdtemp(join(tmpdir(), 'rootdisk-runtimes-'));
const consumer = await installPackage();
try {
  for (const path of needed) {
    const target = join(consumer.folder, path);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(root, path), target, { recursive: true });
  }
  for (const [name, find] of Object.entries(sources)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const command = await find(tools).catch((error: unknown) => {
      notes.push(`${name} cannot be had: ${error instanceof Error ? error.message : error}`);
      if (process.env['CI'] !== undefined) process.exitCode = 1;
      return undefined;
    });
    if (command !== undefined) answers[name] = await runProgram(name, command);
  }
} finally {
  await consumer.close();
  await rm(tools, { recursive: true, force: true });
}
report();

async function runProgram(name: string, command: string[]): Promise<Map<string, Answer>> {
  const started = performance.now();
  const [executable = '', ...parameters] = command;
  const program = [join(consumer.folder, 'test/runtimes/program/main.ts'), JSON.stringify(command)];
  const cli = join(consumer.folder, 'node_modules/rootdisk/dist/cli.js');
  const child = spawn(executable, [...parameters, ...program, cli], {
    cwd: consumer.folder,
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  const steps = new Map<string, Answer>();
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const answer: Answer = JSON.parse(line);
    steps.set(answer.title, answer);
  }
  const [code, signal] = await ended;
  if (code !== 0) {
    const title = 'the program comes to its end';
    steps.set(title, { title, error: `it ended with ${code ?? signal}` });
  }
  notes.push(`${name}: ${Math.round((performance.now() - started) / 1000)} s`);
  return steps;
}

function report(): void {
  const names = Object.keys(answers);
  const titles = new Set(names.flatMap((name) => [...(answers[name]?.keys() ?? [])]));
  const width = Math.max(...[...titles].map(({ length }) => length), 0);
  const columns = names.map((name) => name.padEnd(7));
  console.log(`${''.padEnd(width)}  ${columns.join('  ')}`);
  const errors: string[] = [];
  for (const title of titles) {
    const cells = names.map((name, index) => {
      const answer = answers[name]?.get(title);
      const hasEnded = answer !== undefined || title === 'the program comes to its end';
      if (hasEnded && answer?.error === undefined) return 'yes'.padEnd(columns[index]?.length ?? 0);
      errors.push(`${name}: ${title}\n  ${answer?.error ?? 'not run'}`);
      return 'NO'.padEnd(columns[index]?.length ?? 0);
    });
    console.log(`${title.padEnd(width)}  ${cells.join('  ')}`);
  }
  for (const line of [...notes, ...errors]) console.log(line);
  if (errors.length > 0) process.exitCode = 1;
}
