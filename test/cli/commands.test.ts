import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtIns } from '../../src/index.ts';
import { version } from '../../src/version.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { parseOutput, type Ran, type RunOptions, runCli, withFlags } from './spawn-cli.ts';

let line: Line;
const disk = makeDisk();
const packed = gzipSync(disk);
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
  eol: '2020-01-01',
};
const name = 'acme_1_default_amd64_20260101.raw';

beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

function run(args: string[], options?: RunOptions): Promise<Ran> {
  return runCli(withFlags(line, args), options);
}

/** Aligned `key  value` lines. */
function readRows(text: string): [string, string][] {
  return text.split('\n').flatMap((row) => {
    const match = /^(.+?) {2,}(.+)$/.exec(row);
    return match?.[1] === undefined || match[2] === undefined ? [] : [[match[1], match[2]]];
  });
}

describe('resolve', () => {
  test('tells what would be fetched; no image byte moves', async () => {
    const { code, stdout } = await run(['resolve', 'acme']);
    expect(code).toBe(0);
    const rows = readRows(stdout);
    expect(rows).toContainEqual(['image', 'acme:1@20260101']);
    expect(rows).toContainEqual(['address', 'https://images.acme.example/acme.raw.gz']);
    expect(rows).toContainEqual(['file', 'acme.raw.gz (gz>raw)']);
    expect(rows).toContainEqual(['digest', sha256(packed)]);
    expect(rows).toContainEqual(['trust', 'checksum']);
    expect(rows).toContainEqual(['cache name', name]);
    expect(rows).toContainEqual(['guest', 'supported until 2020-01-01']);
    expect(rows).toContainEqual(['warning', 'Acme OS 1 reached its end of life on 2020-01-01']);
    const size = rows.find(([key]) => key === 'size')?.[1];
    expect(size).toMatch(new RegExp(`\\(${packed.length} bytes\\)$`));
    expect(
      new Set(
        stdout
          .trim()
          .split('\n')
          .map((row) => /^.{10} {2}\S/.test(row)),
      ),
    ).toEqual(new Set([true]));
    const got = line.upstream.requests.filter(
      ({ method, path }) => method === 'GET' && path.endsWith('.gz'),
    );
    expect(got).toEqual([]);
  });

  test('--json', async () => {
    const ran = await run(['resolve', 'acme:1@20260101', '--json']);
    expect(parseOutput(ran)).toMatchObject({
      vendor: 'acme',
      release: '1',
      snapshot: '20260101',
      fileName: 'acme.raw.gz',
      layers: ['gz', 'raw'],
      sizeBytes: packed.length,
      cacheName: name,
      trust: { level: 'checksum' },
    });
    expect(ran.stderr).toContain('warning: Acme OS 1 reached its end of life');
  });
});

describe('list', () => {
  test('all vendors, by id, those of plug-ins too', async () => {
    const { vendors } = parseOutput(await run(['list', '--json'])) as { vendors: { id: string }[] };
    const ids = ['acme', ...builtIns.vendors.map(({ id }) => id)].sort();
    expect(vendors.map(({ id }) => id)).toEqual(ids);
    expect(vendors[0]).toEqual({ id: 'acme', title: 'Acme OS', evidence: 'unverified' });
    const { stdout } = await run(['list']);
    expect(stdout).toMatch(
      /^VENDOR +TITLE +DEFAULT +TRUST +FACTS\nacme +Acme OS +- +- +unverified\n/,
    );
  });

  test('the releases of one', async () => {
    const { stdout } = await run(['list', 'ACME']);
    expect(stdout).toBe(
      [
        'RELEASE  CODENAME  VERSION  ARCHES       VARIANTS  EOL',
        '1        -         -        amd64,arm64  default   -',
        '',
      ].join('\n'),
    );
    expect(parseOutput(await run(['list', 'acme', '--json']))).toEqual({
      vendor: 'acme',
      evidence: 'unverified',
      releases: [{ release: '1', arches: ['amd64', 'arm64'], variants: ['default'] }],
    });
    expect((await run(['list', 'no-such-os'])).code).toBe(2);
  });
});

describe('local files', () => {
  test('convert writes a sparse raw disk and prints its path', async () => {
    await writeFile(join(line.folder, 'disk.raw.gz'), packed);
    const ran = await run(['convert', 'disk.raw.gz', 'out.raw', '--from', 'gz>raw'], {
      cwd: line.folder,
    });
    const out = join(line.folder, 'out.raw');
    expect(ran).toMatchObject({ code: 0, stdout: `${out}\n` });
    expect(await sha256File(out)).toBe(sha256(disk));
    expect((await stat(out)).blocks * 512).toBeLessThan(disk.length / 2);
    const again = parseOutput(
      await run(['convert', join(line.folder, 'disk.raw.gz'), out, '--json', '--force']),
    );
    expect(again).toMatchObject({ path: out, layers: ['gz', 'raw'], virtualSize: disk.length });
  });

  test('convert refuses what was not declared and what is too large, and leaves no output', async () => {
    await writeFile(join(line.folder, 'disk.raw.gz'), packed);
    const before = await readdir(line.folder);
    const cases: [string[], number][] = [
      [['--from', 'qcow2'], 6],
      [['--max-size', '1MiB'], 6],
      [['--from', 'qcwo2'], 2],
    ];
    for (const [args, code] of cases) {
      const ran = await run(['convert', 'disk.raw.gz', 'out.raw', ...args], { cwd: line.folder });
      expect(ran).toMatchObject({ code, stdout: '' });
    }
    expect(await readdir(line.folder)).toEqual(before);
  });

  test('inspect tells layers and sizes and writes nothing', async () => {
    await writeFile(join(line.folder, 'disk.raw.gz'), packed);
    const { code, stdout } = await run(['inspect', 'disk.raw.gz'], { cwd: line.folder });
    expect(code).toBe(0);
    expect(readRows(stdout)).toContainEqual(['layers', 'gz>raw']);
    await writeFile(join(line.folder, 'disk.raw'), disk);
    const plain = await run(['inspect', 'disk.raw'], { cwd: line.folder });
    const rows = readRows(plain.stdout);
    expect(rows).toContainEqual(['virtual size', `4 MiB (${disk.length} bytes)`]);
    expect(rows.map(([key]) => key)).toContain('features');
    const json = parseOutput(await run(['inspect', 'disk.raw.gz', '--json'], { cwd: line.folder }));
    expect(json).toMatchObject({ layers: ['gz', 'raw'], sizeBytes: packed.length });
    expect((await readdir(line.folder)).sort()).toEqual(['disk.raw', 'disk.raw.gz']);
  });

  test('a file that is not there exits with 3, one that is no image with 6', async () => {
    expect((await run(['inspect', 'nothing-here'], { cwd: line.folder })).code).toBe(3);
    await writeFile(join(line.folder, 'noise'), randomBytes(4096));
    expect((await run(['inspect', 'noise'], { cwd: line.folder })).code).toBe(6);
  });
});

describe('cache', () => {
  test('a look at a cache that is not there makes none', async () => {
    expect((await run(['cache', 'ls'])).stdout).toBe('0 disks, 0 B virtual, 0 B allocated\n');
    expect((await run(['cache', 'path'])).stdout).toBe(`${line.cacheDir}\n`);
    expect((await run(['cache', 'rm', name])).code).toBe(3);
    expect(await readdir(line.folder)).toEqual([]);
  });

  test('ls lists what is there, with totals', async () => {
    await line.ensure();
    const { stdout } = await run(['cache', 'ls']);
    const [header = '', row = '', totals = ''] = stdout.split('\n');
    expect(header).toMatch(/^NAME +VIRTUAL +ALLOCATED +AGE +LAST USED$/);
    expect(row).toMatch(new RegExp(`^${name} +4 MiB +[0-9.]+ [KM]iB +just now +in use$`));
    expect(totals).toMatch(/^1 disk, 4 MiB virtual, [0-9.]+ [KM]iB allocated$/);
    const json = parseOutput(await run(['cache', 'ls', '--json']));
    expect(json).toMatchObject({
      path: line.cacheDir,
      entries: [{ name, vendor: 'acme', release: '1', state: 'ready', virtualSize: disk.length }],
      unfinished: [],
      totals: { entries: 1, virtualBytes: disk.length },
    });
  });

  test('ls says which disk is damaged', async () => {
    const image = await line.ensure();
    await writeFile(`${image.path}.json`, '{}', { flag: 'w' });
    expect((await run(['cache', 'ls'])).stdout).toMatch(/damaged: /);
  });

  test('rm removes by name or path, and nothing when one of them cannot be right', async () => {
    const first = await line.ensure();
    await first.dispose();
    const stranger = await run(['cache', 'rm', name, '../../etc/passwd']);
    expect(stranger.code).toBe(2);
    expect((await run(['cache', 'rm', name, name.replace('acme', 'other')])).code).toBe(3);
    expect(await line.visible()).toEqual([name]);
    expect(await run(['cache', 'rm', first.path])).toMatchObject({ code: 0, stdout: `${name}\n` });
    expect(await line.visible()).toEqual([]);
    await (await line.ensure()).dispose();
    expect(parseOutput(await run(['cache', 'rm', name, '--json']))).toMatchObject({
      removed: [name],
    });
  });

  test('rm leaves a disk that is in use', async () => {
    const image = await line.ensure();
    const ran = await run(['cache', 'rm', name]);
    expect(ran.code).toBe(7);
    expect(ran.stderr).toContain('ERR_CACHE_LOCKED');
    expect(await readFile(image.path)).toHaveLength(disk.length);
    await image.dispose();
  });
});

describe('help', () => {
  test('goes to stdout, fits 80 columns and names every command and option', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of ['ensure', 'resolve', 'list', 'convert', 'inspect', 'cache rm', '--json']) {
      expect(stdout).toContain(`  ${word}`);
    }
    const pages = await Promise.all(
      ['ensure', 'convert', 'cache'].map((word) => runCli([word, '--help'])),
    );
    for (const page of [stdout, ...pages.map((ran) => ran.stdout)]) {
      expect(page).toContain('examples:\n');
      expect(page.split('\n').filter((row) => row.length > 80)).toEqual([]);
    }
    expect(pages[0]?.stdout).toContain('--keep-source');
    expect(pages[1]?.stdout).toContain('--force');
    expect(pages[1]?.stdout).not.toContain('--arch');
  });

  test('without a command it goes to stderr and the exit code is 2', async () => {
    const ran = await runCli([]);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('usage: rootdisk <command>');
  });

  test('--version', async () => {
    expect((await runCli(['--version'])).stdout).toBe(`${version}\n`);
    expect(parseOutput(await runCli(['--version', '--json']))).toEqual({ version });
    expect(await runCli(['version'])).toEqual(await runCli(['--version']));
    expect(await runCli(['version', '--json'])).toEqual(await runCli(['--version', '--json']));
  });

  test('help', async () => {
    const whole = await runCli(['help']);
    expect(whole).toEqual(await runCli(['--help']));
    expect(whole.stdout).toContain('help [command]');
    const asked = await runCli(['help', 'convert', '--json']);
    expect(asked).toEqual(await runCli(['convert', '--help', '--json']));
    expect(parseOutput(asked)).toEqual({ help: expect.stringContaining('rootdisk convert') });
    const slip = await runCli(['help', 'convrt']);
    expect([slip.code, slip.stdout]).toEqual([2, '']);
    expect(slip.stderr).toContain('Did you mean: rootdisk convert?');
  });

  test('a mistyped option is named, on stdout too with --json', async () => {
    const ran = await runCli(['list', '--jsn', '--json']);
    expect(ran.code).toBe(2);
    expect(parseOutput(ran)).toMatchObject({
      error: { hint: 'Did you mean --json?', exitCode: 2 },
    });
    expect(ran.stderr).toMatch(
      /^rootdisk: list has no option "--jsn"\nhint: .*\ncode: ERR_INVALID_REQUEST\n$/,
    );
  });
});
