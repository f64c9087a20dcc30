import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { downloads, index } from '../vendors/documents/openbsd.ts';
import { maintenancePage } from '../vendors/every/serve-documents.ts';
import { type Canary, startCanary } from './start-canary.ts';

let canary: Canary;
beforeEach(async () => {
  canary = await startCanary();
  for (const id of ['openbsd', 'amazon-linux']) await canary.site.serve(id, canary.signer);
  await run('--update');
});
afterEach(() => canary.close());

function run(...options: string[]) {
  return canary.run('--only', 'openbsd', '--only', 'amazon-linux', ...options);
}

test.each([503, 403, 429])(
  'a vendor that answers %i has its row, and the exit code is 4',
  async (status) => {
    canary.site.refuse('openbsd', status);
    const { code, stdout } = await run();
    expect(code).toBe(4);
    expect(stdout).toMatch(/^Not reached\nVENDOR +WHERE +WHY\nopenbsd +list +.*\n\n/);
    expect(stdout).toContain(String(status));
    expect(stdout).toMatch(/nothing moved, 1 vendor not reached or not in full\n$/);
  },
);

test('a vendor that moved is reported beside an unreachable one, and the exit code is 10', async () => {
  canary.site.refuse('openbsd', 403);
  canary.site.refuse('amazon-linux', 404);
  const { code, stdout } = await run();
  expect(code).toBe(10);
  expect(stdout).toMatch(/^Moved\n.*\namazon-linux +list +read +ERR_METADATA: /);
  expect(stdout).toMatch(/\nNot reached\n.*\nopenbsd +list +/);
});

test('an invalid index counts as moved', async () => {
  canary.site.upstream.route(index.replace('https://', ''), maintenancePage);
  const { code, stdout } = await run();
  expect(code).toBe(10);
  expect(stdout).toMatch(/^openbsd +list +read +ERR_METADATA: .*HTML/m);
});

test('an image with unreachable documents does not count as moved', async () => {
  const sums = `${downloads}v7.8_2025-10-22-09-25/openbsd-min.qcow2.sha256`;
  canary.site.upstream.route(sums.replace('https://', ''), 'no', { status: 403 });
  const { code, stdout } = await run();
  expect(code).toBe(4);
  expect(stdout).toMatch(/^openbsd +7\.8 amd64 +.*403/m);
});

test('--update keeps the facts of an unreachable vendor, and exits with 4', async () => {
  const before = await readFile(canary.facts, 'utf8');
  canary.site.refuse('openbsd', 403);
  expect((await run('--update')).code).toBe(4);
  expect(await readFile(canary.facts, 'utf8')).toBe(before);
});
