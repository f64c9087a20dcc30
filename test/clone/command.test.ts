import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseOutput, type Ran, runCli, withFlags } from '../cli/spawn-cli.ts';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk();
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw',
  layers: ['raw'],
  digest: sha256(disk),
};

beforeEach(async () => {
  line = await startLine();
  line.offer(build, disk);
});
afterEach(() => line.close());

function run(args: string[]): Promise<Ran> {
  return runCli(withFlags(line, args), { cwd: line.folder });
}

async function cached(): Promise<string> {
  return (await run(['ensure', 'acme'])).stdout.trim();
}

describe('clone', () => {
  test('prints the path of a disk that has grown', async () => {
    const path = await cached();
    const ran = await run(['clone', path, 'vm.raw', '--size', '1GiB']);
    expect(ran).toMatchObject({ code: 0, stdout: `${join(line.folder, 'vm.raw')}\n` });
    const { size, mode } = await stat(join(line.folder, 'vm.raw'));
    expect(size).toBe(1024 ** 3);
    expect(mode & 0o200).toBe(0o200);
  });

  test('tells its facts as JSON, and replaces nothing without --force', async () => {
    const path = await cached();
    await writeFile(join(line.folder, 'vm.raw'), 'mine');
    const args = ['clone', path, 'vm.raw', '--json'];
    const refused = await run(args);
    expect(refused.code).toBe(2);
    expect(parseOutput(refused)).toMatchObject({ error: { code: 'ERR_INVALID_REQUEST' } });
    expect(parseOutput(await run([...args, '--force', '--fix-gpt']))).toMatchObject({
      path: join(line.folder, 'vm.raw'),
      format: 'raw',
      virtualSize: disk.length,
      gpt: 'absent',
    });
    expect((await readFile(join(line.folder, 'vm.raw'))).equals(disk)).toBe(true);
  });

  test('refuses sizes that are none, and those that are too small', async () => {
    const path = await cached();
    for (const size of ['big', '0', '1000', '1MiB']) {
      const ran = await run(['clone', path, 'vm.raw', '--size', size]);
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(ran.stderr).toContain('hint: ');
    }
    expect(await readdir(line.folder)).toEqual(['cache']);
  });

  test('a reference is no disk; what takes one is named', async () => {
    const ran = await run(['clone', 'acme:1', 'vm.raw']);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain('rootdisk ensure REF --output FILE');
  });

  test('cache rm names the overlay that needs a disk', async () => {
    const path = await cached();
    const made = await run(['clone', path, 'vm.qcow2', '--backing']);
    expect(made.stderr).toContain(`the cache keeps ${path}`);
    const ran = await run(['cache', 'rm', basename(path)]);
    expect(ran.code).toBe(7);
    expect(ran.stderr).toContain(`the overlay ${join(line.folder, 'vm.qcow2')}`);
    expect((await readFile(path)).equals(disk)).toBe(true);
  });
});

describe('ensure --output', () => {
  test('is ensure and clone in one', async () => {
    const ran = await run(['ensure', 'acme', '--output', 'vm.raw', '--size', '64MiB']);
    expect(ran).toMatchObject({ code: 0, stdout: `${join(line.folder, 'vm.raw')}\n` });
    const made = await readFile(join(line.folder, 'vm.raw'));
    expect(made.length).toBe(64 * 1024 ** 2);
    expect(made.subarray(0, disk.length).equals(disk)).toBe(true);
  });

  test('makes an overlay, and the JSON has both disks', async () => {
    const args = ['ensure', 'acme', '--output', 'vm.qcow2', '--backing', '--json'];
    const image = parseOutput(await run(args));
    expect(image).toMatchObject({
      release: '1',
      clone: { path: join(line.folder, 'vm.qcow2'), method: 'overlay', backing: image['path'] },
    });
  });

  test('refuses a file that exists before anything is fetched', async () => {
    await writeFile(join(line.folder, 'vm.raw'), 'mine');
    const ran = await run(['ensure', 'acme', '--output', 'vm.raw']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('exists already');
    expect(line.asked()).toEqual([]);
  });

  test.each(['--size=1GiB', '--backing', '--fix-gpt', '--force'])('%s needs it', async (option) => {
    const ran = await run(['ensure', 'acme', option]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('needs --output');
  });
});
