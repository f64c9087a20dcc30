import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeliveredImage, DeliverOptions } from '../../src/core.ts';
import { type DeliverLine, startDeliverLine } from './deliver-line.ts';
import { fail, type ImgapiServer, readSome, slowly, startImgapi } from './imgapi-server.ts';

let line: DeliverLine;
let server: ImgapiServer;
beforeEach(async () => {
  [line, server] = await Promise.all([startDeliverLine(), startImgapi()]);
});
afterEach(() => Promise.all([line.close(), server.close()]));

const flags = (url = server.url): string[] => [
  ...['--to', 'imgapi-here', '--dataset', 'tank', '--output-dir', 'out', '--url', url],
];
const push = (more: Partial<DeliverOptions> = {}): Promise<DeliveredImage> =>
  line.deliver({ to: 'imgapi-here', dataset: 'tank', url: server.url, ...more });

async function sha1Of(chunks: AsyncIterable<Uint8Array>): Promise<{ sha1: string; size: number }> {
  const hash = createHash('sha1');
  let size = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha1: hash.digest('hex'), size };
}

/** A finished pair of the image, whose stream is uncompressed, and mostly zeros. */
async function placePair(more: object = {}, sizeBytes = 3_000_000): Promise<{ sha1: string }> {
  const folder = join(line.machine.folder, 'out');
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'acme-1-20260101.x86_64.zfs.gz');
  const handle = await open(path, 'w');
  await handle.truncate(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 37_000_000) await handle.write(`data ${at}`, at);
  await handle.close();
  const { sha1, size } = await sha1Of(createReadStream(path));
  const manifest = {
    ...{ v: 2, uuid: line.uuid, name: 'acme', version: '1', type: 'zvol', os: 'linux' },
    ...{ nic_driver: 'virtio', disk_driver: 'virtio', cpu_type: 'host', image_size: 300 },
    tags: { kept: true },
    files: [{ sha1, size, compression: 'none' }],
    ...more,
  };
  await writeFile(join(folder, 'acme-1-20260101.json'), JSON.stringify(manifest));
  return { sha1 };
}

test('an image is built, imported with its uuid, sent and activated', async () => {
  const { uuid, manifest, already } = await push();
  expect(already).toBe(false);
  const stored = server.images.get(String(uuid));
  expect(stored?.manifest).toEqual({ ...Object(manifest), state: 'active' });
  const at = `/images/${uuid}`;
  expect(server.requests.filter((one) => !one.startsWith('GET'))).toEqual([
    `POST ${at}?action=import`,
    `PUT ${at}/file`,
    `POST ${at}?action=activate`,
  ]);

  expect(await push()).toMatchObject({ uuid, already: true });
  expect(server.requests.filter((one) => one.startsWith('PUT'))).toHaveLength(1);
});

test('300 MB are pushed without being held in memory, and downloaded with the same bytes', async () => {
  const { uuid } = line;
  const { sha1 } = await placePair({}, 300_000_000);
  const ran = await line.run([...flags(), '--json'], {
    // A program that holds the file in memory has more than that.
    NODE_OPTIONS: `--import ${new URL('stand-ins/report-memory.ts', import.meta.url).pathname}`,
  });
  expect(ran.code).toBe(0);
  expect(Number(/most memory: (\d+)/.exec(ran.stderr)?.[1])).toBeLessThan(350 * 1024 ** 2);
  expect(server.images.get(uuid)?.manifest).toMatchObject({ tags: { kept: true } });
  const answer = await fetch(`${server.url}/images/${uuid}/file`);
  const fetched = Buffer.from(await answer.arrayBuffer());
  expect(createHash('sha1').update(fetched).digest('hex')).toBe(sha1);
  const put = server.headers[server.requests.findIndex((one) => one.startsWith('PUT'))];
  expect(put).toMatchObject({ 'content-length': '300000000' });
});

test('an origin that the server lacks is imported first, with its own', async () => {
  const { uuid } = line;
  const [parent, oldest] = [1, 2].map((n) => `0000000${n}-0000-4000-8000-000000000000`);
  server.remote.set(String(parent), { uuid: parent, origin: oldest });
  server.remote.set(String(oldest), { uuid: oldest });
  await placePair({ origin: parent });
  await push();
  expect(server.requests.filter((one) => one.includes('import'))).toEqual([
    `POST /images/${parent}?action=import-remote`,
    `POST /images/${oldest}?action=import-remote`,
    `POST /images/${uuid}?action=import`,
  ]);
});

test('an endless chain of origins is refused, and nothing is imported', async () => {
  const { uuid } = line;
  const origin = '00000001-0000-4000-8000-000000000000';
  server.images.set(origin, { manifest: { uuid: origin, state: 'active', origin } });
  await placePair({ origin });
  await expect(push()).rejects.toThrow('more than 15 origins');
  expect(server.images.has(uuid)).toBe(false);
});

describe('a failure is undone, or the next call continues', () => {
  const isFile = (method = '', url = ''): boolean => method === 'PUT' && url.includes('/file');

  test('a slow server is waited for', async () => {
    server.misbehave = () => slowly(400);
    await push();
  });

  test('500 in the middle of the file, twice: it is sent again', async () => {
    let left = 2;
    server.misbehave = async (request, response) => {
      if (!isFile(request.method, request.url) || left === 0) return false;
      left -= 1;
      response.writeContinue();
      await readSome(request, 100);
      fail(response, 500, 'InternalError', 'out of order');
      return true;
    };
    await push();
    expect(server.requests.filter((one) => one.startsWith('PUT'))).toHaveLength(3);
  });

  test.each([
    ['500', (_, response) => fail(response, 500, 'InternalError', 'out of order'), 'InternalError'],
    ['413', (_, response) => fail(response, 413, 'Upload', 'too large'), '413 Upload: too large'],
    ['a lost connection', (request) => request.socket.destroy(), 'the connection was cut'],
  ] satisfies [string, (...both: Parameters<ImgapiServer['misbehave']>) => unknown, string][])(
    'always %s for the file: the image is removed',
    async (_, refuse, said) => {
      const { uuid } = line;
      await placePair();
      server.misbehave = async (request, response) => {
        if (!isFile(request.method, request.url)) return false;
        if (said.includes('cut')) {
          response.writeContinue();
          await readSome(request, 1_000_000);
        }
        refuse(request, response);
        return true;
      };
      await expect(push()).rejects.toThrow(said);
      expect(server.images.size).toBe(0);
      expect(server.requests.at(-1)).toBe(`DELETE /images/${uuid}`);
    },
  );

  test('an image that an earlier call left unactivated is continued', async () => {
    const { uuid } = line;
    const plan = await push({ dryRun: true });
    const manifest = { ...plan.manifest, state: 'unactivated' };
    server.images.set(uuid, { manifest });
    await push();
    expect(server.requests.some((one) => one.includes('action=import'))).toBe(false);
    expect(server.images.get(uuid)?.manifest['state']).toBe('active');
  });

  test('409 for an import whose first answer was lost', async () => {
    let isFirst = true;
    server.misbehave = async (request) => {
      if (!isFirst || !request.url?.includes('action=import')) return false;
      isFirst = false;
      const manifest = JSON.parse(await text(request));
      server.images.set(manifest.uuid, { manifest: { ...manifest, state: 'unactivated' } });
      request.socket.destroy();
      return true;
    };
    await push();
    expect([...server.images.values()].map(({ manifest }) => manifest['state'])).toEqual([
      'active',
    ]);
  });

  test.each(['action=import', '/file', 'action=activate'])(
    'an abort at %s: the image is removed',
    async (step) => {
      await placePair();
      const controller = new AbortController();
      server.misbehave = (request) => {
        if (!request.url?.includes(step)) return false;
        controller.abort(new Error('stop'));
        return true;
      };
      await expect(push({ signal: controller.signal })).rejects.toThrow('stop');
      expect(server.images.size).toBe(0);
      expect(server.requests.at(-1)).toBe(`DELETE /images/${line.uuid}`);
    },
  );

  test('SIGINT while the file is sent: the image is removed', async () => {
    await placePair({}, 40_000_000);
    server.misbehave = async (request, response) => {
      if (!isFile(request.method, request.url)) return false;
      response.writeContinue();
      await readSome(request, 1_000_000);
      interrupt();
      return true;
    };
    let interrupt = (): void => {};
    const ran = await line.run(flags(), {}, (_, child) => {
      interrupt = () => child.kill('SIGINT');
    });
    expect(ran.code).toBe(130);
    expect(server.images.size).toBe(0);
  });
});

describe('invalid addresses', () => {
  test('401 names the usable servers', async () => {
    server.misbehave = (_, response) => {
      fail(response, 401, 'UnauthorizedError', 'no signature');
      return true;
    };
    const hint = expect.stringContaining('HTTP Signature');
    await expect(push()).rejects.toMatchObject({ hint, details: { status: 401 } });
    expect(line.line.asked()).toEqual([]);
  });

  test('an HTML page is not an IMGAPI, and credentials are never shown', async () => {
    server.misbehave = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>portal');
      return true;
    };
    const url = server.url.replace('http://', 'http://admin:hunter2@');
    const ran = await line.run([...flags(url), '--verbose', '--json']);
    expect(ran.code).toBe(4);
    expect(ran.stderr).toContain('an HTML page');
    expect(ran.stdout + ran.stderr).not.toContain('hunter2');
    const plan = await line.run([...flags(url), '--dry-run']);
    expect(plan.stdout).toContain('action=activate');
    expect(plan.stdout + plan.stderr).not.toContain('hunter2');
  });

  test('nor in the error of a refused connection', async () => {
    const url = 'http://admin:hunter2@127.0.0.1:9/';
    const error: unknown = await push({ url }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_NETWORK' });
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
  });

  test.each(['ftp://server/', 'no address', 'http://user:a/b@server/'])('%s', async (url) => {
    await expect(push({ url })).rejects.toThrow('is not an http or https address');
  });
});
