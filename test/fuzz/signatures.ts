import { createRandom } from '../verifiers/openpgp/random.ts';
import { makeSignatureSeeds } from './signature-seeds.ts';
import { trySignature } from './try-signature.ts';

/**
 * Changes signatures, keys and documents at random and verifies them: `signatures.ts [count] [first]`. Fails if a
 * change with another meaning is accepted, for an untyped error, and for ten seconds for one. Keys are new in each run,
 * so a number makes the same change again, not the same bytes.
 */
const [count = 100_000, first = 0] = process.argv.slice(2).map(Number);
const slowest = 10_000;

const seeds = makeSignatureSeeds();
const outcomes = new Map<string, number>();
const defects: string[] = [];
let longest = 0;
const begun = performance.now();

for (let number = first; number < first + count; number += 1) {
  const started = performance.now();
  let outcome: string;
  try {
    outcome = trySignature(seeds, number, createRandom(number));
  } catch (error) {
    outcome = 'DEFECT';
    const why = error instanceof Error ? error.stack : String(error);
    defects.push(`${number} ${seeds[number % seeds.length]?.name}: ${why}`);
  }
  const took = performance.now() - started;
  if (took > slowest) defects.push(`${number} took ${took} ms`);
  longest = Math.max(longest, took);
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
}

for (const [outcome, times] of [...outcomes].sort(([, a], [, b]) => b - a)) {
  console.log(`${String(times).padStart(7)}  ${outcome}`);
}
for (const defect of defects.slice(0, 20)) console.log(defect);
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
console.log(
  `${count} changes in ${seconds} s, the longest ${longest.toFixed(1)} ms, ${defects.length} defects`,
);
process.exitCode = defects.length === 0 ? 0 : 1;
