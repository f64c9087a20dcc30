import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSeed } from '../../src/index.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { parseOutput, runCli } from '../cli/spawn-cli.ts';

const key = `ssh-ed25519 ${'A'.repeat(68)} one`;

test('writes the bytes that createSeed gives, for its owner alone', async () => {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'id.pub'), `${key}\n`);
  const ran = await runCli(['seed', 'seed.iso', '--hostname', 'web', '--ssh-key', 'id.pub'], {
    cwd,
  });
  expect(ran).toMatchObject({ code: 0, stdout: `${join(cwd, 'seed.iso')}\n` });
  const { bytes } = await createSeed({ hostname: 'web', sshKeys: [key] });
  expect((await readFile(join(cwd, 'seed.iso'))).equals(bytes)).toBe(true);
  expect((await stat(join(cwd, 'seed.iso'))).mode & 0o777).toBe(0o600);
  expect((await readdir(cwd)).sort()).toEqual(['id.pub', 'seed.iso']);
});

test('tells its facts as JSON, and replaces nothing without --force', async () => {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'user-data'), '#cloud-config\n{}\n');
  const args = ['seed', 'seed.img', '--user-data', 'user-data', '--vfat', '--json'];
  const facts = parseOutput(await runCli(args, { cwd }));
  expect(facts).toMatchObject({
    path: join(cwd, 'seed.img'),
    kind: 'nocloud',
    format: 'vfat',
    label: 'CIDATA',
    sizeBytes: 1024 * 1024,
  });
  expect(facts).not.toHaveProperty('bytes');
  expect(await runCli(args, { cwd })).toMatchObject({ code: 2 });
  expect(await runCli([...args, '--force'], { cwd })).toMatchObject({ code: 0 });
});

test.each([
  [['seed', 'out'], 'userData: missing'],
  [['seed', 'out', '--user-data', 'nothing'], '--user-data: cannot read'],
  [['seed', 'out', '--kind', 'kickstart', '--hostname', 'a'], 'invalid value "kickstart"'],
])('%j is a wrong call', async (args, message) => {
  const cwd = await tempDir();
  const ran = await runCli(args, { cwd });
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(message);
  expect(await readdir(cwd)).toEqual([]);
});
