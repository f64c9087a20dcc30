import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutant.ts';
import { formMutants } from './openpgp-form.ts';
import { verdictMutants } from './openpgp-verdict.ts';

/**
 * Removes one check after the other from a copy of the sources and runs the tests, which must fail: `run.ts [number…]`
 * for some of them only. Fails if one survives, and if its text is not found exactly once.
 */
const mutants: readonly Mutant[] = [...formMutants, ...verdictMutants];
const tests = ['test/verifiers/openpgp'];
const asked = process.argv.slice(2).map(Number);
const numbers = asked.length > 0 ? asked : [...mutants.keys()];
const root = fileURLToPath(new URL('../..', import.meta.url));
const slowest = 60_000;

checkTexts();
const survivors: string[] = [];
const left = numbers.values();
await Promise.all([runAll(), runAll()]);
process.stderr.write('\n');
for (const survivor of survivors) console.log(`survived: ${survivor}`);
console.log(`${numbers.length - survivors.length} killed of ${numbers.length}`);
process.exitCode = survivors.length === 0 ? 0 : 1;

function checkTexts(): void {
  for (const { file, was, becomes } of mutants) {
    const times = readFileSync(join(root, file), 'utf8').split(was).length - 1;
    if (times !== 1 || was === becomes) throw new Error(`${file} holds ${times} times: ${was}`);
  }
}

/** A separate copy for each runner, so that two can run in parallel. */
async function runAll(): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'rootdisk-mutants-'));
  try {
    for (const part of ['package.json', 'src', 'verifiers', 'test/mutants', ...tests]) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const untouched = await runTests(copy);
    if (untouched.code !== 0) throw new Error(`fails as it is: ${untouched.output}`);
    for (const number of left) {
      const mutant = mutants[number];
      if (mutant !== undefined) await runOne(copy, mutant, number);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function runOne(copy: string, mutant: Mutant, number: number): Promise<void> {
  const path = join(copy, mutant.file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    source.replace(mutant.was, () => mutant.becomes),
  );
  const { code, output } = await runTests(copy);
  writeFileSync(path, source);
  if (code === 0) {
    survivors.push(`${number} ${mutant.file}: ${mutant.was} -> ${mutant.becomes}`);
    process.stderr.write(`\rsurvived: ${survivors.at(-1)}\n`);
  }
  // A mutant that does not parse shows nothing about the tests.
  if (output.includes('SyntaxError'))
    throw new Error(`${mutant.file}: ${mutant.becomes} ${output}`);
  process.stderr.write(`\r${number + 1} of ${mutants.length}`);
}

function runTests(copy: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--no-warnings', 'test/mutants/run-tests.ts', ...tests], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: slowest,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const add = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  return new Promise((done) => {
    child.on('close', (code) => done({ code, output }));
  });
}
