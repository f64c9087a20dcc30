import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { buildQcow2Image } from '../../src/testing/qcow2-image.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { makeDisk, sha256 } from '../fixtures/line.ts';
import { cleanEnv, main, parseOutput, runCli } from './spawn-cli.ts';

const disk = makeDisk();
const packed = gzipSync(disk);
let folder: string;
let temporary: string;

beforeEach(async () => {
  folder = await tempDir();
  temporary = join(folder, 'tmp');
  await mkdir(temporary);
  await writeFile(join(folder, 'disk.raw.gz'), packed);
});

function convert(args: string[], input?: Uint8Array) {
  const env = { TMPDIR: temporary };
  const options = { cwd: folder, env, ...(input !== undefined && { input }) };
  return runCli(['convert', ...args], options);
}

/** Runs `convert disk -`, and hashes what comes on stdout. */
async function toStdout(args: string[], input: Uint8Array = Buffer.alloc(0)) {
  const env = { ...cleanEnv, TMPDIR: temporary };
  const child = spawn(process.execPath, [main, 'convert', ...args], { cwd: folder, env });
  child.stdin.on('error', () => {}).end(input);
  const hash = createHash('sha256');
  let stderr = '';
  child.stdout.on('data', (piece: Buffer) => hash.update(piece));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, stderr, digest: `sha256:${hash.digest('hex')}` };
}

describe('standard input', () => {
  test('is spooled beside the output, which an image with its tables at the end needs', async () => {
    const { bytes: image } = buildQcow2Image({
      virtualSize: disk.length,
      extents: [{ position: 0, bytes: disk }],
    });
    const ran = await convert(['-', 'out.raw', '--json'], image);
    expect(parseOutput(ran)).toMatchObject({ layers: ['qcow2'], virtualSize: disk.length });
    expect(sha256(await readFile(join(folder, 'out.raw')))).toBe(sha256(disk));
    expect((await readdir(folder)).sort()).toEqual(['disk.raw.gz', 'out.raw', 'tmp']);
    expect(await readdir(temporary)).toEqual([]);
  });

  test('is bounded, and leaves nothing behind when it is refused', async () => {
    const ran = await convert(['-', 'out.raw', '--limit', 'downloadBytes=1KiB'], packed);
    expect(ran).toMatchObject({ code: 6, stdout: '' });
    expect(ran.stderr).toContain('--limit downloadBytes=');
    expect((await readdir(folder)).sort()).toEqual(['disk.raw.gz', 'tmp']);
  });

  test('that is empty is no image', async () => {
    expect(await convert(['-', 'out.raw'], Buffer.alloc(0))).toMatchObject({ code: 6 });
  });

  test('is not read where the output exists', async () => {
    await writeFile(join(folder, 'out.raw'), 'mine');
    expect(await convert(['-', 'out.raw'], packed)).toMatchObject({ code: 2 });
    expect(await readFile(join(folder, 'out.raw'), 'utf8')).toBe('mine');
    expect(await convert(['-', 'out.raw', '--force'], packed)).toMatchObject({ code: 0 });
    expect(sha256(await readFile(join(folder, 'out.raw')))).toBe(sha256(disk));
  });
});

describe('standard output', () => {
  test('gets the whole disk, holes as zeros, and nothing else', async () => {
    const ran = await toStdout(['disk.raw.gz', '-']);
    expect(ran).toMatchObject({ code: 0, digest: sha256(disk) });
    expect(await readdir(temporary)).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual(['disk.raw.gz', 'tmp']);
  });

  test('both at once', async () => {
    expect(await toStdout(['-', '-'], packed)).toMatchObject({ code: 0, digest: sha256(disk) });
  });

  test('gets no byte of an image that is cut', async () => {
    const ran = await toStdout(['-', '-'], packed.subarray(0, packed.length - 9));
    expect(ran).toMatchObject({ code: 6, digest: sha256(Buffer.alloc(0)) });
    expect(await readdir(temporary)).toEqual([]);
  });

  test('has no place for --json', async () => {
    const ran = await toStdout(['disk.raw.gz', '-', '--json']);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).toContain('--json cannot be used');
  });

  test('that is closed early is no failure', async () => {
    const env = { ...cleanEnv, TMPDIR: temporary };
    const child = spawn(process.execPath, [main, 'convert', 'disk.raw.gz', '-'], {
      cwd: folder,
      env,
    });
    child.stdout.destroy();
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(await readdir(temporary)).toEqual([]);
  });

  test('is refused where it is a terminal', async () => {
    const line = `script -qec "'${process.execPath}' '${main}' convert disk.raw.gz -" /dev/null`;
    const child = spawn('sh', ['-c', line], { cwd: folder, env: cleanEnv });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(text).toContain('a disk is not written to a terminal');
  });
});
