import { spawnSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { commands } from '../../../src/cli/commands/every.ts';
import { allowances } from '../../../src/core.ts';
import { builtIns } from '../../../src/index.ts';
import { runCli } from '../spawn-cli.ts';

const scripts = new Map<string, string>();
beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await runCli(['completion', shell]);
    expect(code).toBe(0);
    scripts.set(shell, stdout);
  }
});

/** What bash offers for the last of these words. */
function inBash(...words: string[]): string[] {
  const run = `${scripts.get('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rootdisk; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const parameters = ['--norc', '-c', run, 'bash', 'rootdisk', ...words];
  const { stdout, stderr } = spawnSync('bash', parameters, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

const hasShell = (shell: string): boolean =>
  spawnSync(shell, ['-c', 'true'], { stdio: 'ignore' }).status === 0;

test('bash: the first word of every command, and the second of those that have two', () => {
  const tops = new Set(commands.map(({ name }) => name.split(' ')[0]));
  expect(inBash('').filter((word) => !word.startsWith('-'))).toEqual([...tops]);
  expect(inBash('ens')).toEqual(['ensure']);
  expect(inBash('cache', 'p')).toEqual(['path', 'prune']);
});

test('bash: every option of every command, and no other', () => {
  for (const { name, options } of commands) {
    const found = inBash(...name.split(' '), '--');
    expect([name, found]).toEqual([
      name,
      [...options, 'json', 'quiet', 'verbose', 'help', 'version'].map((one) => `--${one}`),
    ]);
  }
});

test('bash: vendors, and the values of options, also before the command', () => {
  expect(inBash('resolve', '')).toEqual(builtIns.vendors.map(({ id }) => id).sort());
  expect(inBash('ensure', 'debian', 'ub')).toEqual(['ubuntu']);
  expect(inBash('convert', '--allow', '')).toEqual([...allowances]);
  expect(inBash('ensure', '--progress', '')).toEqual(['json']);
  // A file name: bash itself completes it.
  expect(inBash('ensure', '--ca', '')).toEqual([]);
  expect(inBash('--cache-dir', '/tmp', 'cache', 'ru')).toEqual([]);
  expect(inBash('--cache-dir', '/tmp', 'cache', 'rm', '--cache')).toEqual(['--cache-dir']);
  expect(inBash('completion', '')).toEqual(['bash', 'zsh', 'fish']);
});

test('zsh loads the script', (context) => {
  if (!hasShell('zsh')) {
    console.warn('skipped: there is no zsh here, its script was not run');
    context.skip();
  }
  const { status, stderr } = spawnSync('zsh', ['-f', '-n'], {
    input: scripts.get('zsh'),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('fish completes commands, options and vendors', (context) => {
  if (!hasShell('fish')) {
    console.warn('skipped: there is no fish here, its script was not run');
    context.skip();
  }
  const complete = (line: string): string[] => {
    const run = `${scripts.get('fish')}\ncomplete -C '${line}'`;
    const { stdout } = spawnSync('fish', ['--no-config', '-c', run], { encoding: 'utf8' });
    return stdout.split('\n').map((text) => text.split('\t')[0] ?? '');
  };
  expect(complete('rootdisk ens')).toContain('ensure');
  expect(complete('rootdisk ensure ub')).toContain('ubuntu');
  expect(complete('rootdisk cache prune --old')).toContain('--older-than');
});

test('another shell is a wrong call', async () => {
  const ran = await runCli(['completion', 'tcsh']);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toContain('shells: bash, zsh, fish');
});
