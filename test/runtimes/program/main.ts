import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { commandLineSteps } from './command-line.ts';
import { conformanceSteps } from './conformance.ts';
import { formatSteps } from './formats.ts';
import { librarySteps } from './library.ts';
import { networkSteps } from './network.ts';
import { signatureSteps } from './signatures.ts';
import type { Step } from './step.ts';

/**
 * The same core program for every runtime: `main.ts <command that runs a program, as JSON> <the installed cli.js>`.
 * Prints a line of JSON for each step: its title, and the error of one that failed.
 */
const [start = '[]', cli = ''] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'rootdisk-runtime-'));
try {
  const steps: Step[] = [
    ...librarySteps(folder),
    ...networkSteps(folder),
    ...signatureSteps(),
    ...formatSteps(folder),
    ...conformanceSteps(),
    ...commandLineSteps(folder, JSON.parse(start), cli),
  ];
  for (const { title, run } of steps) {
    const error = await limited(run()).then(
      () => undefined,
      (reason: unknown) => (reason instanceof Error ? (reason.stack ?? reason.message) : reason),
    );
    console.log(JSON.stringify({ title, error }));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit();

/** A step that hangs fails after a minute. */
async function limited(running: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('not done after 60 s')), 60_000);
  });
  await Promise.race([running, overdue]).finally(() => clearTimeout(timer));
}
