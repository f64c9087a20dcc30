import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { flagsFor, parseOutput, runCli } from '../../cli/spawn-cli.ts';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';

const packed = gzipSync(makeDisk());
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};
const variable = 'socks5://me:secret@proxy.example:1080';
const message = 'HTTP_PROXY is ignored: only http and https proxies are supported';
let line: Line;

beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await line.close();
});

test('an unusable proxy is a warning of the call, once', async () => {
  for (const name of ['NO_PROXY', 'no_proxy', 'http_proxy']) vi.stubEnv(name, '');
  vi.stubEnv('HTTP_PROXY', variable);
  const told: string[] = [];
  const image = await line.ensure('acme:1', {
    onProgress: (event) => {
      if (event.type === 'warning') told.push(event.warning.message);
    },
  });
  const { warnings } = image.trust;
  expect(warnings.filter(({ code }) => code === 'proxy')).toEqual([{ code: 'proxy', message }]);
  expect(told.filter((text) => text === message)).toHaveLength(1);
  expect(JSON.stringify([warnings, told])).not.toContain('secret');
});

test('the command line reports it on stderr and in its JSON', async () => {
  const args = ['ensure', 'acme:1', '--json', ...flagsFor(line)];
  const ran = await runCli(args, { env: { HTTP_PROXY: variable } });
  expect(ran.code).toBe(0);
  expect(ran.stderr.split(message)).toHaveLength(2);
  expect(parseOutput(ran)).toMatchObject({
    trust: { warnings: expect.arrayContaining([{ code: 'proxy', message }]) },
  });
  expect(ran.stderr + ran.stdout).not.toContain('secret');
});
