import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage, root } from './consumer.ts';

const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPackage();
});
afterAll(() => consumer.close());

// The package is only ESM: results for `require()` of TypeScript, or for a resolution without `exports`, are ignored.
const foreign: unknown[] = ['node10', 'node16-cjs'];

interface Report {
  analysis: { entrypoints: Record<string, unknown> };
  problems?: Record<string, { kind: string; resolutionKind?: string }[]>;
}

test('compilers and bundlers find the types of every subpath', async () => {
  const parameters = [attw, consumer.tarball, '--profile', 'esm-only', '--format', 'json'];
  // It ends with an error, and its report, if there is a relevant problem.
  const { stdout } = await promisify(execFile)(process.execPath, parameters, {
    maxBuffer: 2 ** 26,
  }).catch((error: { stdout: string }) => error);
  const { analysis, problems = {} }: Report = JSON.parse(stdout);
  expect(Object.keys(analysis.entrypoints).sort()).toEqual(
    Object.keys(consumer.manifest.exports).sort(),
  );
  const found = Object.values(problems).flat();
  expect(found.filter(({ resolutionKind }) => !foreign.includes(resolutionKind))).toEqual([]);
});
