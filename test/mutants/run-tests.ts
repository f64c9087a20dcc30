import { readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { declared } from './vitest.ts';

/** Runs the test files of the given folders until one test fails: exit code 1, and its name. */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vitest'
      ? { url: new URL('vitest.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});

/** Tests that need other programs, or only measure time. */
const left = ['differential.test.ts', 'fuzz.test.ts', 'speed.test.ts'];

for (const folder of process.argv.slice(2)) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  for (const file of files.filter((name) => !left.includes(name))) {
    await import(pathToFileURL(resolve(folder, file)).href);
  }
}
for (const { name, run } of declared) {
  try {
    await run();
  } catch (error) {
    process.stdout.write(`${name}: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
process.stdout.write(`${declared.length} passed\n`);
