import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnv } from '../cli/spawn-cli.ts';
import { readConsole } from './read-console.ts';
import { serveWalkthrough, type WalkthroughUpstream } from './walkthrough-upstream.ts';

const page = await readFile(new URL('../../docs/from-base-to-machine.md', import.meta.url), 'utf8');
const steps = readConsole(page);
const cli = fileURLToPath(new URL('rootdisk-on-loopback.ts', import.meta.url));

let site: WalkthroughUpstream;
let home: string;
let env: Record<string, string | undefined>;
beforeAll(async () => {
  site = await serveWalkthrough();
  home = await realpath(await mkdtemp(join(tmpdir(), 'rootdisk-walkthrough-')));
  await mkdir(join(home, 'bin'));
  await mkdir(join(home, 'project'));
  await mkdir(join(home, '.ssh'));
  const key = `ssh-ed25519 ${'A'.repeat(68)} me\n`;
  await writeFile(join(home, '.ssh/id_ed25519.pub'), key);
  await writeFile(join(home, 'signer.asc'), site.publicKey);
  const script = `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${cli}' "$@"\n`;
  await writeFile(join(home, 'bin/rootdisk'), script, { mode: 0o755 });
  const mirrors = Object.entries(site.mirrors).map(([from, to]) => ['--mirror', `${from}=${to}`]);
  const flags = [['--arch', 'amd64'], ['--key', join(home, 'signer.asc')], ...mirrors];
  env = {
    ...cleanEnv,
    PATH: [join(home, 'bin'), process.env['PATH']].join(delimiter),
    HOME: home,
    ROOTDISK_CACHE_DIR: join(home, '.cache/rootdisk'),
    WALKTHROUGH_FLAGS: JSON.stringify(flags),
  };
});
afterAll(async () => {
  await site.upstream.close();
  await rm(home, { recursive: true, force: true });
});

/** The output of a shell on stdout for a line of the page. */
function runLine(line: string): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], { cwd: join(home, 'project'), env }, (_, stdout, stderr) => {
      resolve({ stdout, stderr });
    });
  });
}

/** Sizes, ages and dates are those of the run; column widths and the order by last use depend on them. */
function comparable(text: string): string[] {
  return text
    .replaceAll(home, '/home/me')
    .replace(/\b\d+(?:\.\d+)? (?:[KMG]iB|B)\b/g, 'SIZE')
    .replace(/\b20\d\d-\d\d-\d\d\b/g, 'DATE')
    .replace(/\b(?:just now|\d+ (?:second|minute|hour)s?)\b/g, 'AGE')
    .replace(/ +/g, ' ')
    .replace(/ $/gm, '')
    .replace(/^KEPT[\s\S]*/m, (rows) => rows.split('\n').toSorted().join('\n'))
    .split('\n');
}

test('every command of the page is read', () => {
  expect(steps.length).toBe(page.match(/^\$ /gm)?.length);
  expect(steps.filter(({ before }) => before !== undefined).length).toBe(1);
});

// One after the other: each command uses the state that the previous one left.
test.each(steps)('$command', async ({ command, shown, before }) => {
  if (before === 'newer builds') site.newerBuilds();
  else expect(before).toBeUndefined();
  const asked = site.upstream.requests.length;
  const { stdout, stderr } = await runLine(command);
  expect(comparable(stdout), stderr).toEqual(comparable(shown));
  if (command.includes('--offline')) expect(site.upstream.requests.length).toBe(asked);
});
