import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { flagsFor, parseOutput, type Ran, type RunOptions, runCli } from './spawn-cli.ts';

let line: Line;
const disk = makeDisk();
const packed = gzipSync(disk);
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};
const image = 'images.acme.example/acme.raw.gz';

beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

function ensure(args: string[], options?: RunOptions): Promise<Ran> {
  return runCli(['ensure', ...args, ...flagsFor(line)], options);
}

describe('a disk', () => {
  test('its path is all that stdout carries; the stages are on stderr', async () => {
    const { code, stdout, stderr } = await ensure(['acme:1']);
    expect(code).toBe(0);
    expect(stdout).toBe(`${join(line.cacheDir, 'images-v1', (await line.visible())[0] ?? '')}\n`);
    expect(await sha256File(stdout.trim())).toBe(sha256(disk));
    const stages = ['resolving', 'looking for', 'fetching acme.raw.gz', 'decoding', 'publishing'];
    expect(stages.filter((stage) => !stderr.includes(stage))).toEqual([]);
    // Not a terminal: nothing that moves a cursor.
    expect(['\r', '\u001b'].filter((control) => stderr.includes(control))).toEqual([]);
  });

  test('--json tells everything about it, and where it came from', async () => {
    const first = parseOutput(await ensure(['acme:1', '--json', '--quiet', '--keep-source']));
    const path = join(line.cacheDir, 'images-v1', 'acme_1_default_amd64_20260101.raw');
    expect(first).toMatchObject({
      vendor: 'acme',
      release: '1',
      variant: 'default',
      arch: 'amd64',
      snapshot: '20260101',
      path,
      format: 'raw',
      sizeBytes: disk.length,
      virtualSize: disk.length,
      url: 'https://images.acme.example/acme.raw.gz',
      trust: {
        level: 'checksum',
        pinned: false,
        warnings: [{ code: 'mirror' }, { code: 'mirror' }],
      },
      origin: 'network',
    });
    expect(first['digests']).toContain(sha256(packed));
    expect(first['uuid']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect(await sha256File(String(first['source']))).toBe(sha256(packed));
    const second = parseOutput(await ensure(['ACME:1', '--json']));
    expect(second).toMatchObject({ path, origin: 'cache' });
    // The same object that a program gets.
    expect(second).toEqual(JSON.parse(JSON.stringify(await line.ensure('acme:1'))));
  });

  test('a mirror that the call names is no news: it is told with --verbose, and in the result', async () => {
    expect((await ensure(['acme:1'])).stderr).not.toContain('warning:');
    const { stdout, stderr } = await ensure(['acme:1', '--verbose', '--json']);
    expect(stderr).toContain('warning: documents of https://images.acme.example');
    expect(JSON.parse(stdout).trust.warnings).toContainEqual(
      expect.objectContaining({ code: 'mirror' }),
    );
  });

  test('--quiet says nothing, and warnings are otherwise on stderr', async () => {
    expect((await ensure(['acme:1', '--quiet'])).stderr).toBe('');
    const { stderr } = await ensure(['acme:1', '--verbose']);
    expect(stderr).toMatch(/^warning: documents of https:\/\/images\.acme\.example .* mirror$/m);
    expect(stderr).toMatch(/^warning: acme\.raw\.gz was read over plain http, through a mirror$/m);
    expect(stderr.match(/warning:/g)).toHaveLength(2);
  });

  test('the cache folder may come from the environment', async () => {
    const cacheDir = join(line.folder, 'elsewhere');
    const flags = flagsFor(line).filter((flag) => !['--cache-dir', line.cacheDir].includes(flag));
    const env = { ROOTDISK_CACHE_DIR: cacheDir };
    const { stdout } = await runCli(['ensure', 'acme:1', ...flags], { env });
    expect(stdout.startsWith(cacheDir)).toBe(true);
  });

  test('--offline serves what is there and makes no request', async () => {
    expect((await ensure(['acme:1', '--offline'])).code).toBe(3);
    await ensure(['acme:1']);
    line.asked();
    expect((await ensure(['acme:1', '--offline'])).code).toBe(0);
    expect(line.asked()).toEqual([]);
  });

  test('--digest pins an address of its own', async () => {
    const url = 'https://images.acme.example/acme.raw.gz';
    const ran = await ensure([url, '--digest', sha256(packed), '--json']);
    expect(parseOutput(ran)).toMatchObject({
      vendor: 'url',
      trust: { level: 'pinned', pinned: true },
    });
    const other = await ensure([url, '--digest', sha256(disk)]);
    expect(other).toMatchObject({ code: 5, stdout: '' });
    expect(other.stderr).toContain('ERR_DIGEST');
  });

  test('--connections asks for parts', async () => {
    expect((await ensure(['acme:1', '--connections', '4'])).code).toBe(0);
    expect(line.upstream.requests.at(-1)?.headers['range']).toMatch(/^bytes=0-\d+$/);
    const refused = await ensure(['acme:1', '--connections', '17']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('a whole number from 1 to 16');
  });
});

describe('failures', () => {
  const cases: [
    what: string,
    code: number,
    name: string,
    args: string[],
    prepare?: () => unknown,
  ][] = [
    ['an unknown vendor', 2, 'ERR_UNKNOWN_VENDOR', ['no-such-os']],
    ['a trust that is no word of it', 2, 'ERR_INVALID_REQUEST', ['acme', '--trust', 'high']],
    ['a release that is not there', 3, 'ERR_NOT_FOUND', ['acme:9']],
    [
      'a server that says no',
      4,
      'ERR_HTTP_STATUS',
      ['acme'],
      () => line.upstream.route(image, '', { status: 403 }),
    ],
    [
      'other bytes',
      5,
      'ERR_DIGEST',
      ['acme'],
      () => line.upstream.route(image, gzipSync(makeDisk(1024 ** 2, 7))),
    ],
    ['a trust that no proof offers', 5, 'ERR_UNTRUSTED', ['acme', '--trust', 'signed']],
    ['a disk that is too large', 6, 'ERR_LIMIT', ['acme', '--max-size', '1MiB']],
    ['a disk beyond a limit', 6, 'ERR_LIMIT', ['acme', '--limit', 'virtualBytes=1MiB']],
    ['a limit that does not exist', 2, 'ERR_INVALID_REQUEST', ['acme', '--limit', 'speed=1']],
    ['a limit of nothing', 2, 'ERR_INVALID_REQUEST', ['acme', '--limit', 'members=0']],
  ];
  test.each(cases)('%s exits with %i', async (_what, exitCode, name, args, prepare) => {
    prepare?.();
    const ran = await ensure([...args, '--json']);
    expect(ran.code).toBe(exitCode);
    const { error } = parseOutput(ran) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code: name, exitCode });
    expect(Object.keys(error)).toEqual([
      'code',
      'remedy',
      'name',
      'message',
      'hint',
      'details',
      'exitCode',
    ]);
    expect(ran.stderr).toContain(`rootdisk: ${error['message']}`);
    expect(ran.stderr).toContain(`hint: ${error['hint']}`);
    expect(ran.stderr).toContain(`code: ${name}`);
    expect(await line.visible()).toEqual([]);
  });

  test('a folder that every user may write to exits with 7', async () => {
    const images = join(line.cacheDir, 'images-v1');
    await mkdir(images, { recursive: true });
    await chmod(images, 0o777);
    expect((await ensure(['acme'])).code).toBe(7);
  });

  test('a plug-in that throws exits with 8, and --verbose tells why', async () => {
    const plugin = join(line.folder, 'broken.mjs');
    await writeFile(
      plugin,
      `export const bad = { id: 'bad', title: 'Bad', apiVersion: 1, resolve() { throw new TypeError('oh\\u001b[31m no') } };`,
    );
    const ran = await ensure(['bad', '--verbose', '--plugin', plugin]);
    expect(ran.code).toBe(8);
    expect(ran.stderr).toContain('bad.resolve() failed: oh\\u001b[31m no');
    expect(ran.stderr).toMatch(/^cause: TypeError: oh/m);
    expect(ran.stderr).not.toContain('\u001b');
  });
});

describe('signals', () => {
  test.each([
    ['SIGINT', 130, 'interrupted'],
    ['SIGTERM', 143, 'terminated'],
  ] as const)(
    '%s in the middle of a download exits with %i and leaves only what can be continued',
    async (signal, code, word) => {
      line.offer(build, packed, { bytesPerSecond: 20_000 });
      let sent = false;
      const ran = await ensure(['acme', '--json'], {
        onStderr(text, child) {
          if (!sent && /^fetch {2}\d+ %/m.test(text)) sent = child.kill(signal);
        },
      });
      expect(ran.code).toBe(code);
      expect(parseOutput(ran)).toMatchObject({ error: { message: word, exitCode: code } });
      expect(ran.stderr).toContain(`rootdisk: ${word}`);
      expect(await line.visible()).toEqual([]);
      const images = join(line.cacheDir, 'images-v1');
      const [name = ''] = await readdir(join(images, '.staging'));
      const left = await readdir(join(images, '.staging', name));
      expect(left.sort()).toEqual(['download', 'download.json']);
      // No other call is locked out.
      line.offer(build, packed);
      expect((await ensure(['acme'])).code).toBe(0);
      expect(line.upstream.requests.at(-1)?.headers['range']).toMatch(/^bytes=[1-9]\d*-$/);
    },
  );

  test('the first one ends what does not listen, and says so', async () => {
    const plugin = join(import.meta.dirname, '../fixtures/cli/stuck.ts');
    let sent = false;
    const ran = await ensure(['stuck', '--plugin', plugin], {
      onStderr(text, child) {
        if (!sent && text.includes('resolving')) sent = child.kill('SIGINT');
      },
    });
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain('rootdisk: interrupted');
  });

  test('a second one ends what does not listen', async () => {
    const plugin = join(import.meta.dirname, '../fixtures/cli/stuck.ts');
    let timer: NodeJS.Timeout | undefined;
    const ran = await ensure(['stuck', '--plugin', plugin], {
      onStderr(text, child) {
        if (text.includes('resolving')) timer ??= setInterval(() => child.kill('SIGINT'), 50);
      },
    });
    clearInterval(timer);
    expect(ran.code).toBe(130);
  });
});
