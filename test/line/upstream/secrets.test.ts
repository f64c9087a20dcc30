import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsureOptions } from '../../../src/core.ts';
import { mirrorsFor } from '../../../src/testing/upstream.ts';
import { runCli, withFlags } from '../../cli/spawn-cli.ts';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';

/** Part of every address below, before the last `@` or in the query. */
const secret = 'hunter2';
const host = 'own.example';
const packed = gzipSync(makeDisk());
const hex = sha256(packed).slice('sha256:'.length);

let line: Line;
beforeEach(async () => {
  line = await startLine();
  line.offer(
    {
      release: '1',
      snapshot: '1',
      file: 'a.raw.gz',
      layers: ['gz', 'raw'],
      digest: sha256(packed),
    },
    packed,
  );
  line.upstream.route(`${host}/disk-x86_64.raw.gz`, packed);
  line.upstream.route(`${host}/SHA256SUMS`, `${hex}  disk-x86_64.raw.gz\n`);
});
afterEach(() => line.close());

/** Everything that a call reports: its result or error, events, log lines and traces. */
async function heard(reference: string, options: EnsureOptions = {}): Promise<string> {
  const told: unknown[] = [];
  const listen = (message: unknown): void => {
    told.push(message);
  };
  const channels = ['start', 'asyncEnd', 'error'].flatMap((event) =>
    ['resolve', 'prove', 'fetch'].map((stage) => `tracing:rootdisk:${stage}:${event}`),
  );
  for (const channel of channels) subscribe(channel, listen);
  try {
    const mirrors = { ...line.mirrors, ...mirrorsFor(line.upstream, [`https://${host}/`]) };
    const onProgress = listen;
    told.push(await line.ensure(reference, { mirrors, onProgress, log: listen, ...options }));
  } catch (error) {
    told.push(error, JSON.stringify(error));
  } finally {
    for (const channel of channels) unsubscribe(channel, listen);
  }
  return inspect(told, { depth: 12, showHidden: true, maxStringLength: null });
}

/** Names and text of every file of the cache that other users can read. */
async function stored(): Promise<string> {
  const folder = join(line.cacheDir, 'images-v1');
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const texts = await Promise.all(
    names
      .filter((name) => !name.endsWith('.raw'))
      .map((name) => readFile(join(folder, name), 'utf8').catch(() => '')),
  );
  return [...names, ...texts].join('\n');
}

const file = 'disk-x86_64.raw.gz';
const usable = [
  `https://bob:${secret}@${host}/${file}`,
  `https://bob:hun@${secret}@${host}/${file}`,
  `https://${secret}@${host}/${file}`,
  `https://${host}/${file}?token=${secret}`,
  `https://bob:${secret}@${host}/${file}#${secret}`,
];
const unusable = [
  `https://bob:${secret}@${host}/missing.img`,
  `https://bob:hun/${secret}@${host}/${file}`,
  `https://bob:12/${secret}@${host}/${file}`,
  `https://bob:/${secret}@${host}/${file}`,
  `https://bob:a?${secret}@${host}/${file}`,
  `https://bob:1#${secret}@${host}/${file}`,
  `https://bob:1\\${secret}@${host}/${file}`,
  `https://bob:p@${secret}/x@${host}/${file}`,
  `https://bob:${secret}@[::1/${file}`,
  `https://bob:${secret}@/${file}`,
  `ftp://bob:${secret}@${host}/${file}`,
  `bob:hun@${secret}@${host}/${file}`,
  `http://bob:${secret}@${host}/${file}`,
];

describe('a secret in a reference', () => {
  test.each(usable)('%s gives the disk and stays secret', async (reference) => {
    const told = await heard(reference);
    expect(told).toContain("origin: 'network'");
    expect(told).not.toContain(secret);
    expect(await stored()).not.toContain(secret);
    expect(await stored()).toContain(`https://${host}/${file}`);
  });

  test.each(unusable)('%s is an error without the secret', async (reference) => {
    const told = await heard(reference);
    expect(told).toContain('ERR_');
    expect(told).not.toContain(secret);
    expect(await stored()).not.toContain(secret);
  });

  test.each([usable[1], unusable[1], unusable[2], unusable[11]])(
    '%s is not shown by the command line',
    async (reference = '') => {
      for (const command of ['ensure', 'resolve', 'enshure']) {
        const args = withFlags(line, [command, reference, '--verbose']);
        const plain = await runCli(args);
        const json = await runCli([...args, '--json', '--progress', 'json']);
        expect(plain.stderr + plain.stdout + json.stderr + json.stdout).not.toContain(secret);
        expect(json.code).not.toBe(0);
      }
    },
  );

  test('in a single argument is not a command, and is not repeated', async () => {
    const address = unusable[1] ?? '';
    const runs = [[address], ['ensure', 'acme:1', address], ['ensure', `--${address}`]];
    for (const args of runs) {
      const { code, stderr, stdout } = await runCli(withFlags(line, args));
      expect(code).toBe(2);
      expect(stderr + stdout).not.toContain(secret);
    }
  });
});

describe('a secret in a mirror', () => {
  test.each(unusable.filter((address) => !address.startsWith('http:')))(
    '%s is not repeated',
    async (address) => {
      const from = await heard('acme:1', { mirrors: { [address]: 'https://x.example/' } });
      const to = await heard('acme:1', { mirrors: { 'https://images.acme.example/': address } });
      expect(from + to).not.toContain(secret);
      expect(to).toContain('ERR_');
    },
  );

  test('that works is sent, but neither shown nor stored', async () => {
    const { host: at } = new URL(line.upstream.url);
    const mirrors = {
      'https://images.acme.example/': `http://bob:hun@${secret}@${at}/images.acme.example/`,
    };
    const told = await heard('acme:1', { mirrors });
    expect(told).toContain("origin: 'network'");
    expect(told + (await stored())).not.toContain(secret);
    const sent = line.upstream.requests.map(({ headers }) => headers['authorization']);
    const expected = `Basic ${Buffer.from(`bob:hun@${secret}`).toString('base64')}`;
    expect(new Set(sent)).toEqual(new Set([expected]));
  });
});

describe('a secret in a parameter', () => {
  const from = (url: string): EnsureOptions => ({ parameters: { url } });

  test('is in no name, record, event or trace, and a call without it finds the disk', async () => {
    const told = await heard('http-index', from(`https://bob:hun@${secret}@${host}/`));
    expect(told).toContain("origin: 'network'");
    expect(told + (await stored())).not.toContain(secret);
    const other = await heard('http-index', { ...from(`https://${host}/`), offline: true });
    expect(other).toContain("origin: 'cache'");
  });

  test.each([
    `https://bob:12/${secret}@${host}/`,
    `https://bob:hun/${secret}@${host}/`,
    `https://bob:${secret}@${host}/nothing/`,
    `https://${host}/?token=${secret}`,
    `bob:${secret}@${host}`,
  ])('%s is an error without the secret', async (url) => {
    const told = await heard('http-index', from(url));
    expect(told).toContain('ERR_');
    expect(told + (await stored())).not.toContain(secret);
  });
});
