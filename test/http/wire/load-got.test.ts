import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCli } from '../../cli/spawn-cli.ts';

const loadGot = fileURLToPath(new URL('../../../src/http/wire/load-got.ts', import.meta.url));

/** Runs a module of its own in a new process, and gives back what it printed as JSON. */
function run(code: string): unknown {
  const parameters = ['--input-type=module', '--eval', code];
  const { stdout, stderr } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  return JSON.parse(stdout === '' ? JSON.stringify(stderr) : stdout);
}

test('a process of our own loads got without undici, and finds all in its place after it', () => {
  const told = run(`
    const { loadGot, loadGotLightly } = await import(${JSON.stringify(loadGot)});
    const { ListFormat } = Intl;
    loadGotLightly();
    const [got, same] = await Promise.all([loadGot(), loadGot()]);
    const isLoaded = () => process.moduleLoadList.some((name) => name.includes('undici'));
    const before = isLoaded();
    const { default: http } = await import('node:http');
    console.log(JSON.stringify({
      isOne: got === same && typeof got.stream === 'function',
      before,
      isBack: Intl.ListFormat === ListFormat,
      socket: typeof http.WebSocket,
      after: isLoaded(),
    }));
  `);
  expect(told).toEqual({
    isOne: true,
    before: false,
    isBack: true,
    socket: 'function',
    after: true,
  });
});

test('in the process of a caller the modules of Node stay whole', () => {
  const told = run(`
    const { loadGot } = await import(${JSON.stringify(loadGot)});
    await loadGot();
    const { WebSocket } = await import('node:http');
    console.log(JSON.stringify(typeof WebSocket));
  `);
  expect(told).toBe('function');
});

test('messages of got that name a list are as they were', () => {
  const told = run(`
    const { loadGot, loadGotLightly } = await import(${JSON.stringify(loadGot)});
    loadGotLightly();
    const got = await loadGot();
    try { got.extend({ prefixUrl: 1 }) } catch (error) { console.log(JSON.stringify(error.message)) }
  `);
  expect(told).toContain('values which are `string` or `URL`');
});

test('a command makes its requests without undici, and with it where a plug-in may want it', async () => {
  const probe = `process.on('exit', () => {
    const names = process.moduleLoadList.map((one) => one.split(' ').at(-1));
    console.error('loaded: ' + ['https', 'internal/deps/undici/undici'].filter((one) => names.includes(one)));
  });`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(probe)}` };
  const server = createServer((_, response) => response.writeHead(404).end()).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const address = `http://127.0.0.1:${Object(server.address()).port}/disk.raw`;
  const loadedBy = async (...more: string[]): Promise<string | undefined> => {
    const { stderr } = await runCli(['ensure', address, ...flags, ...more], { env });
    expect(stderr).toContain('404');
    return /^loaded: (.*)$/m.exec(stderr)?.[1];
  };
  const cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-got-'));
  const flags = ['--cache-dir', cacheDir, '--digest', `sha256:${'0'.repeat(64)}`];
  const plugin = fileURLToPath(new URL('../../fixtures/acme.ts', import.meta.url));
  try {
    expect(await loadedBy()).toBe('https');
    expect(await loadedBy('--plugin', plugin)).toBe('https,internal/deps/undici/undici');
  } finally {
    server.close();
    await rm(cacheDir, { recursive: true });
  }
});
