import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Canary, startCanary } from './start-canary.ts';

const program = fileURLToPath(new URL('run.ts', import.meta.url));

let canary: Canary;
beforeEach(async () => {
  canary = await startCanary();
});
afterEach(() => canary.close());

/** A process with the temporary folder of the test. */
function start(...options: string[]) {
  return spawn(process.execPath, [program, ...canary.fixed, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1', TMPDIR: canary.folder },
  });
}

async function leftovers(): Promise<string[]> {
  const names = await readdir(canary.folder);
  return names.filter((name) => name.startsWith('rootdisk-live-'));
}

test('the process prints the table, ends with 10 and leaves no folder behind', async () => {
  await canary.site.serve('openbsd', canary.signer);
  const child = start('--only', 'openbsd');
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(stdout).toMatch(/^Moved\nVENDOR +WHERE +WHAT +SHIPPED +NOW\nopenbsd /);
  expect([code, await leftovers()]).toEqual([10, []]);
});

test('an interrupted process ends with 130 and leaves no folder behind', async () => {
  let asked = (): void => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  // Never answers.
  canary.site.upstream.route('api.github.com/repos/hcartiaux/openbsd-cloud-image/releases', () =>
    asked(),
  );
  const child = start('--only', 'openbsd');
  const closed = once(child, 'close');
  await isAsked;
  child.kill('SIGINT');
  expect((await closed)[0]).toBe(130);
  expect(await leftovers()).toEqual([]);
});
