import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { version } from '../../src/version.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Tells at the end which files of this project were loaded. */
const counter = `import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) loaded.push(url.replace(/.*\\/src\\//, ''));
    return next(url, context);
  },
});
process.on('exit', () => console.error(loaded.join(' ')));`;

function run(...parameters: string[]): { stdout: string; status: number | null; loaded: string[] } {
  const hook = `data:text/javascript,${encodeURIComponent(counter)}`;
  const nodeParameters = ['--disable-warning=ExperimentalWarning', '--import', hook, main];
  const child = spawnSync(process.execPath, [...nodeParameters, ...parameters], {
    encoding: 'utf8',
  });
  const { stdout, stderr, status } = child;
  return { stdout, status, loaded: stderr.trim().split(' ') };
}

test('--version loads three files', () => {
  const { stdout, status, loaded } = run('--version');
  expect(stdout).toBe(`${version}\n`);
  expect(status).toBe(0);
  expect(loaded.sort()).toEqual(['cli/main.ts', 'cli/node-version.ts', 'version.ts']);
});

test('the version is the same in the other ways to ask for it', () => {
  expect(run('version').stdout).toBe(`${version}\n`);
  expect(JSON.parse(run('--version', '--json').stdout)).toEqual({ version });
});
