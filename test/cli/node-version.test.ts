import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refuseOldNode } from '../../src/cli/node-version.ts';
import { main } from './spawn-cli.ts';

test.each(['18.20.8', '20.20.2', '21.7.3', '22.20.9', '23.11.0', '24.11.1'])(
  '%s is too old',
  (version) => {
    expect(refuseOldNode(version)).toMatch(`Node.js ${version} is too old`);
  },
);

test.each(['22.21.0', '22.30.1', '24.12.0', '24.21.0', '25.0.0', '26.0.0', '30.1.0'])(
  '%s is not',
  (version) => {
    expect(refuseOldNode(version)).toBeUndefined();
  },
);

test('package.json names the same versions', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(manifest.engines.node).toBe('^22.21 || ^24.12 || >=26');
});

test('the command line ends with one sentence, before anything else is loaded', () => {
  const older = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } });
    (await import('node:module')).registerHooks({ load(url, context, next) {
      if (url.endsWith('/start.ts')) throw new Error('loaded');
      return next(url, context);
    } });`;
  const ran = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(older)}`, main, '--version'],
    { encoding: 'utf8' },
  );
  expect(ran).toMatchObject({ status: 1, stdout: '' });
  expect(ran.stderr).toBe(
    'rootdisk: Node.js 20.20.2 is too old: use 22.21 or a later 22, 24.12 or a later 24, or 26 and later.\n',
  );
});
