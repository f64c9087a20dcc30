import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { disk, packQcow2, serveBuild } from './build.ts';
import type { Step } from './step.ts';

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The installed command line, as processes of the same runtime; `start` is the command that runs a program with it. */
export function commandLineSteps(folder: string, start: readonly string[], cli: string): Step[] {
  const run = (...parameters: string[]): Promise<Run> => runProcess([...start, cli, ...parameters]);
  return [
    {
      title: 'command line: version, help, a wrong command',
      async run() {
        expectEnd(await run('--version'), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/, stderr: /^$/ });
        expectEnd(await run('--help'), { code: 0, stdout: /rootdisk ensure/, stderr: /^$/ });
        expectEnd(await run('ensures'), { code: 2, stdout: /^$/, stderr: /hint/ });
      },
    },
    {
      title: 'command line: ensure by two processes at once, then from the cache',
      run: () => ensureTwice(run, folder),
    },
    {
      title: 'command line: convert, and a file that is no image',
      async run() {
        const path = join(folder, 'small.qcow2');
        await writeFile(path, packQcow2('zlib'));
        expectEnd(await run('convert', path, `${path}.raw`, '--quiet'), { code: 0 });
        assert.ok(Buffer.from(disk).equals(await readFile(`${path}.raw`)));
        await writeFile(`${path}.html`, '<!DOCTYPE html><html></html>');
        const refused = await run('convert', `${path}.html`, `${path}.none`, '--json');
        assert.equal(JSON.parse(refused.stdout).error.exitCode, refused.code);
        assert.equal(refused.code, 6);
      },
    },
    {
      title: 'command line: plug-ins by path and as packages',
      run: () => loadPlugins([...start, cli], join(folder, 'project')),
    },
  ];
}

/** A project with plug-ins, in another folder than the command line. */
async function loadPlugins(command: string[], project: string): Promise<void> {
  const modules = join(project, 'node_modules');
  const plugin =
    "export default { id: 'own-os', title: 'Own', apiVersion: 1, async resolve() {} };";
  const files: Record<string, string> = {
    'package.json': '{"private":true}',
    'plugin.mjs': plugin,
    'plugin.ts': `const id: string = 'own-os';\n${plugin.replace("'own-os'", 'id')}`,
    'node_modules/own-plugin/package.json': describe({ '.': { import: './index.js' } }),
    'node_modules/own-plugin/index.js': plugin,
    'node_modules/@own/plugins/package.json': describe({ './os': { import: './os.js' } }),
    'node_modules/@own/plugins/os.js': plugin,
    'node_modules/lacking/package.json': describe({ '.': { import: './index.js' } }),
    'node_modules/lacking/index.js': "import 'no-such-dependency';",
  };
  await mkdir(join(modules, 'own-plugin'), { recursive: true });
  await mkdir(join(modules, '@own/plugins'), { recursive: true });
  await mkdir(join(modules, 'lacking'), { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(project, path), text);
  const list = (name: string): Promise<Run> =>
    runProcess([...command, 'list', '--json', '--plugin', name], project);
  for (const name of ['./plugin.mjs', './plugin.ts', 'own-plugin', '@own/plugins/os']) {
    const { stdout, stderr } = await list(name);
    assert.match(stdout, /"own-os"/, `${name}: ${stderr}`);
  }
  for (const [name, code, message] of [
    ['no-such-package', 2, /there is no module "no-such-package"/],
    ['./no-such-file.js', 2, /there is no module/],
    ['lacking', 8, /cannot be loaded: .*no-such-dependency/],
    // In the folder of the command line, and not a plug-in.
    ['got', 8, /exports no vendor, format, verifier, target or tier/],
  ] as const) {
    expectEnd(await list(name), { code, stderr: message });
  }
}

function describe(exports: object): string {
  return JSON.stringify({ name: 'own', version: '1.0.0', type: 'module', exports });
}

async function ensureTwice(run: (...p: string[]) => Promise<Run>, folder: string): Promise<void> {
  const site = await serveBuild();
  const key = join(folder, 'key.asc');
  await writeFile(key, site.publicKey);
  const mirrors = Object.entries(site.options.mirrors).flatMap((pair) => [
    '--mirror',
    pair.join('='),
  ]);
  const call = ['ensure', 'ubuntu:24.04', '--arch', 'amd64', '--json', '--key', key, ...mirrors];
  const ensure = (): Promise<Run> => run(...call, '--cache-dir', join(folder, 'cli-cache'));
  const origins: unknown[] = [];
  for (const ran of [...(await Promise.all([ensure(), ensure()])), await ensure()]) {
    expectEnd(ran, { code: 0 });
    const image = JSON.parse(ran.stdout);
    origins.push(image.origin);
    const digest = createHash('sha256')
      .update(await readFile(image.path))
      .digest('hex');
    assert.equal(digest, site.diskDigest);
  }
  assert.deepEqual(origins.sort(), ['cache', 'cache', 'network']);
  await site.close();
}

function expectEnd(
  ran: Run,
  { code, stdout = /^/, stderr = /^/ }: { code: number; stdout?: RegExp; stderr?: RegExp },
): void {
  assert.equal(ran.code, code, `${ran.code}: ${ran.stdout}${ran.stderr}`);
  assert.match(ran.stdout, stdout);
  assert.match(ran.stderr, stderr);
}

async function runProcess([command = '', ...parameters]: string[], cwd?: string): Promise<Run> {
  const child = spawn(command, parameters, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  return { code, stdout, stderr };
}
