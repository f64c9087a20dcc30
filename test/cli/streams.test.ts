import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { cleanEnv, main } from './spawn-cli.ts';

test('a reader that has seen enough is no failure', async () => {
  const child = spawn(process.execPath, [main, 'list', '--json'], { env: cleanEnv });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => {
    child.once('close', resolve);
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test.skipIf(!existsSync('/dev/full'))('a result that cannot be written is one', async () => {
  const full = await open('/dev/full', 'w');
  const child = spawn(process.execPath, [main, 'list', '--json'], {
    env: cleanEnv,
    stdio: ['ignore', full.fd, 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => {
    child.once('close', resolve);
  });
  await full.close();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^rootdisk: the result cannot be written: ENOSPC/);
});
