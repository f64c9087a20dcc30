import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * Changes images at random and decodes them: `run.ts [count] [first]`. Each has a number, which makes it again. Fails
 * for any result except a disk or a typed error, for ten seconds of work for one image, and for 384 MiB.
 */
const [count = 20_000, first = 0] = process.argv.slice(2).map(Number);
const batchSize = 500;
/** More than the unchanged images take. */
const maxPeak = 384 * 1024 ** 2;
const program = fileURLToPath(new URL('batch.ts', import.meta.url));

const verdicts = new Map<string, number>();
const defects: string[] = [];
let peak = 0;

for (let from = first; from < first + count; from += 2 * batchSize) {
  const starts = [from, from + batchSize].filter((start) => start < first + count);
  await Promise.all(
    starts.map((start) => runBatch(start, Math.min(start + batchSize, first + count))),
  );
  process.stderr.write(`\r${Math.min(from + 2 * batchSize - first, count)} of ${count}`);
}
process.stderr.write('\n');
for (const [verdict, times] of [...verdicts].sort(([, a], [, b]) => b - a)) {
  console.log(`${String(times).padStart(7)}  ${verdict}`);
}
console.log(
  `peak memory of a batch, beside the unchanged images: ${Math.round(peak / 1024 ** 2)} MiB`,
);
for (const defect of defects) console.log(defect);
const passed = count - defects.length;
console.log(`${passed} passed, ${defects.length} failed`);
process.exitCode = defects.length === 0 && peak < maxPeak ? 0 : 1;

async function runBatch(start: number, end: number): Promise<void> {
  const flags = ['--no-warnings', '--expose-gc'];
  const child = spawn(process.execPath, [...flags, program, String(start), String(end)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let next = start;
  // Much longer than one image may take on a busy machine: the process itself hangs.
  let watchdog = setTimeout(() => child.kill('SIGKILL'), 300_000);
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => child.kill('SIGKILL'), 300_000);
    const memory = /^peak (\d+)$/.exec(line);
    if (memory !== null) peak = Math.max(peak, Number(memory[1]));
    const found = /^(\d+) (.*) (\d+) (accepted|ERR_\w+|DEFECT.*)$/.exec(line);
    if (found === null) continue;
    next = Number(found[1]) + 1;
    const verdict = found[4] ?? '';
    if (verdict.startsWith('DEFECT') || Number(found[3]) > 10_000) defects.push(line);
    const word = verdict.startsWith('DEFECT') ? 'DEFECT' : verdict;
    verdicts.set(word, (verdicts.get(word) ?? 0) + 1);
  }
  clearTimeout(watchdog);
  if (next < end) {
    defects.push(`image ${next} hangs or ends the process`);
    await runBatch(next + 1, end);
  }
}
