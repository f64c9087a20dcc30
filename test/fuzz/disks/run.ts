import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { laySeedDisks } from './seed-disks.ts';

/**
 * Changes disks at random and reads their content: `run.ts [count] [first]`. Each has a number, which makes it again
 * from the same seeds. Fails for any result except files or typed errors, for more reads than one question may need,
 * for a disk that does not end, and for 256 MiB.
 */
const [count = 20_000, first = 0] = process.argv.slice(2).map(Number);
const seedsOfBatch = 12;
const maxPeak = 256 * 1024 ** 2;
const program = fileURLToPath(new URL('batch.ts', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'rootdisk-fuzz-disks-'));
const verdicts = new Map<string, number>();
const defects: string[] = [];
let peak = 0;
let done = 0;
try {
  const laid = laySeedDisks(folder);
  const groups = Array.from({ length: Math.ceil(laid.length / seedsOfBatch) }, (_, index) =>
    laid.slice(index * seedsOfBatch, (index + 1) * seedsOfBatch),
  );
  const share = Math.ceil(count / groups.length);
  console.log(`${laid.length} disks to change; numbers from ${first}`);
  const jobs = groups.map((group, index) => ({
    group,
    from: first + index * share,
    to: first + Math.min(count, (index + 1) * share),
  }));
  const work = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await runBatch(job);
  };
  await Promise.all([work(), work()]);
} finally {
  rmSync(folder, { recursive: true });
}
process.stderr.write('\n');
for (const [verdict, times] of [...verdicts].sort(([, a], [, b]) => b - a)) {
  console.log(`${String(times).padStart(7)}  ${verdict}`);
}
console.log(`peak memory of a batch: ${Math.round(peak / 1024 ** 2)} MiB`);
for (const defect of defects) console.log(defect);
console.log(`${count - defects.length} passed, ${defects.length} failed`);
process.exitCode = defects.length === 0 && peak < maxPeak ? 0 : 1;

async function runBatch(job: {
  group: { name: string; path: string }[];
  from: number;
  to: number;
}): Promise<void> {
  const { group, from, to } = job;
  const words = group.flatMap(({ name, path }) => [name, path]);
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--expose-gc', program, String(from), String(to), ...words],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let next = from;
  // Much longer than one disk takes on a busy machine: the process itself hangs.
  const watch = (): NodeJS.Timeout => setTimeout(() => child.kill('SIGKILL'), 120_000);
  let watchdog = watch();
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(watchdog);
    watchdog = watch();
    const memory = /^peak (\d+)$/.exec(line);
    if (memory !== null) peak = Math.max(peak, Number(memory[1]));
    const found = /^(\d+) \S+ (accepted|ERR_[\w ]+|DEFECT.*)$/.exec(line);
    if (found === null) continue;
    next = Number(found[1]) + 1;
    done += 1;
    if (done % 500 === 0) process.stderr.write(`\r${done} of ${count}`);
    const verdict = found[2] ?? '';
    if (verdict.startsWith('DEFECT')) defects.push(line);
    const word = verdict.startsWith('DEFECT') ? 'DEFECT' : verdict;
    verdicts.set(word, (verdicts.get(word) ?? 0) + 1);
  }
  clearTimeout(watchdog);
  if (next < to) {
    defects.push(
      `disk ${next} of ${group.map(({ name }) => name).join(', ')} hangs or ends the process`,
    );
    await runBatch({ group, from: next + 1, to });
  }
}
