import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { refuseOldNode } from '../../src/cli/node-version.ts';

const demo = fileURLToPath(new URL('../../tools/demo.js', import.meta.url));

test('under a Node.js that cannot read TypeScript, the demo ends with the sentence of the command line', () => {
  const older = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } });
    Object.defineProperty(process.features, 'typescript', { value: undefined });`;
  const ran = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(older)}`, demo],
    { encoding: 'utf8' },
  );
  expect(ran).toMatchObject({ status: 1, stdout: '' });
  expect(ran.stderr).toBe(`rootdisk: ${refuseOldNode('20.20.2')}\n`);
});
