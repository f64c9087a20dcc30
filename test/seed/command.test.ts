import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSeed } from '../../src/index.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { parseOutput, runCli } from '../cli/spawn-cli.ts';

const key = `ssh-ed25519 ${'A'.repeat(68)} one`;

test('writes the bytes of createSeed, readable only for their owner', async () => {
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

test('prints its facts as JSON, and replaces nothing without --force', async () => {
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

const plugin = `const digest = 'sha256:' + '0'.repeat(64);
export default {
  id: 'coral', title: 'Coral', apiVersion: 1,
  resolve: async () => ({
    release: '1', variant: 'default', snapshot: '1', guest: { seed: 'ignition' },
    disk: [{
      url: new URL('https://coral.example/coral.raw'), fileName: 'coral.raw', sizeBytes: 512, layers: ['raw'],
      proofs: [{ kind: 'digest', digest, from: 'coral.js' }],
    }],
  }),
};`;

test('--for makes the kind that the image reads, and refuses content that this kind cannot hold', async () => {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'coral.mjs'), plugin);
  await writeFile(join(cwd, 'config'), '{"ignition":{"version":"3.4.0"}}');
  const image = ['--for', 'coral', '--plugin', './coral.mjs', '--cache-dir', 'cache'];
  const run = (...args: string[]) => runCli(['seed', 'out', ...args, ...image], { cwd });
  const mismatch = await run('--hostname', 'a', '--kind', 'nocloud');
  expect(mismatch).toMatchObject({ code: 2, stdout: '' });
  expect(mismatch.stderr).toContain('this image reads ignition, not nocloud');
  const short = await run('--hostname', 'a');
  expect(short).toMatchObject({ code: 2, stdout: '' });
  expect(short.stderr).toContain('a seed of kind ignition cannot hold it');
  expect(await readdir(cwd)).not.toContain('out');
  const made = parseOutput(await run('--user-data', 'config', '--json'));
  expect(made).toMatchObject({ kind: 'ignition', format: 'json', fwCfg: 'opt/com.coreos/config' });
});

test('a file of more than 10 MiB is a usage error', async () => {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'large'), Buffer.alloc(10 * 1024 * 1024 + 1, '#'));
  const ran = await runCli(['seed', 'out', '--user-data', 'large'], { cwd });
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('--user-data: "large" is larger than 10 MiB');
});

test.each([
  [['seed', 'out'], 'userData: missing'],
  [['seed', 'out', '--user-data', 'nothing'], '--user-data: cannot read'],
  [['seed', 'out', '--kind', 'kickstart', '--hostname', 'a'], 'invalid value "kickstart"'],
])('%j is a usage error', async (args, message) => {
  const cwd = await tempDir();
  const ran = await runCli(args, { cwd });
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(message);
  expect(await readdir(cwd)).toEqual([]);
});
