import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { client, impatient, mirrorOf, site } from '../client.ts';

let upstream: Upstream;
let storeDir: string;
beforeEach(async () => {
  upstream = await startUpstream();
  storeDir = join(await mkdtemp(join(tmpdir(), 'rootdisk-http-')), '.http');
});
afterEach(async () => {
  await upstream.close();
  await rm(join(storeDir, '..'), { recursive: true });
});

/** Each client is a new call, as after a restart. */
const call = (options: Parameters<typeof client>[0] = {}) =>
  client({ mirrors: mirrorOf(upstream), storeDir, ...options });
const conditions = () => upstream.requests.map(({ headers }) => headers['if-none-match']);
const stored = async (extension: string) =>
  (await readdir(storeDir)).filter((name) => name.endsWith(extension));

describe('a stored document', () => {
  test('that is still valid is not sent again', async () => {
    upstream.route('x', 'here', { etag: '"one"' });
    await call().metadata.get(`${site}x`);
    const again = await call().metadata.get(`${site}x`);
    expect(again).toMatchObject({ text: 'here', stale: false, status: 200, mirrored: true });
    expect(again.finalUrl.href).toBe(`${upstream.url}x`);
    expect(conditions()).toEqual([undefined, '"one"']);
  });

  test('is validated by its date alone', async () => {
    let answered = 0;
    upstream.route('x', (request, response) => {
      const date = 'Tue, 06 Jan 2026 12:00:00 GMT';
      answered = request.headers['if-modified-since'] === date ? 304 : 200;
      response.writeHead(answered, { 'last-modified': date });
      response.end(answered === 200 ? 'here' : undefined);
    });
    await call().metadata.get(`${site}x`);
    expect((await call().metadata.get(`${site}x`)).text).toBe('here');
    expect(answered).toBe(304);
  });

  test('that changed is replaced', async () => {
    upstream.route('x', 'old');
    await call().metadata.get(`${site}x`);
    upstream.route('x', 'new');
    expect((await call().metadata.get(`${site}x`)).text).toBe('new');
    await upstream.close();
    expect(await call().metadata.get(`${site}x`)).toMatchObject({ text: 'new', stale: true });
  });

  test('is neither used nor replaced by a fresh request', async () => {
    upstream.route('x', 'old');
    await call().metadata.get(`${site}x`);
    upstream.route('x', 'new');
    const fresh = await call().metadata.get(`${site}x`, { fresh: true });
    expect(fresh.text).toBe('new');
    expect(conditions()).toEqual([undefined, undefined]);
  });

  test('is not used with refresh, but replaced', async () => {
    upstream.route('x', 'old');
    await call().metadata.get(`${site}x`);
    upstream.route('x', 'new');
    await call({ refresh: true }).metadata.get(`${site}x`);
    expect(conditions()).toEqual([undefined, undefined]);
    expect(upstream.requests[1]?.headers['cache-control']).toBe('no-cache');
    await upstream.close();
    expect((await call().metadata.get(`${site}x`)).text).toBe('new');
  });

  test('belongs to its original address, not to the current target of a redirect', async () => {
    upstream.route('2025/x', 'old', { etag: '"same"' });
    upstream.route('2026/x', 'new', { etag: '"same"' });
    let year = 2025;
    upstream.route('latest', (_, response) => {
      response.writeHead(302, { location: `/${year}/x` });
      response.end();
    });
    await call().metadata.get(`${site}latest`);
    year = 2026;
    expect((await call().metadata.get(`${site}latest`)).text).toBe('new');
  });

  test('belongs to one mirror and one kind', async () => {
    upstream.route('x', 'text', { etag: '"t"' });
    const other = await startUpstream({ x: 'elsewhere' });
    await call().metadata.get(`${site}x`);
    await call({ mirrors: mirrorOf(other) }).metadata.get(`${site}x`);
    await call().metadata.get(`${site}x`, { accept: 'application/json' });
    expect(other.requests[0]?.headers['if-none-match']).toBeUndefined();
    expect(conditions()).toEqual([undefined, undefined]);
    await other.close();
  });

  test('is never the head of a document, nor one that forbids storage', async () => {
    upstream.route('x', 'here');
    upstream.route('private', 'here', { headers: { 'cache-control': 'private, no-store' } });
    await call().metadata.get(`${site}x`, { headBytes: 2 });
    await call().metadata.get(`${site}private`);
    await expect(readdir(storeDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('contains no credentials of its address', async () => {
    upstream.route('x', 'here');
    const mirrors = { [site]: upstream.url.replace('//', '//me:secret@') };
    await call({ mirrors }).metadata.get(`${site}x?token=hidden`);
    expect(upstream.requests[0]?.headers['authorization']).toMatch(/^Basic /);
    const [name = ''] = await stored('.json');
    const record = await readFile(join(storeDir, name), 'utf8');
    expect(record).toContain(`${upstream.url}x`);
    expect(record).not.toMatch(/secret|hidden|me:/);
  });

  test('leaves no partial file beside it', async () => {
    upstream.route('x', 'here');
    await Promise.all([call(), call(), call()].map((http) => http.metadata.get(`${site}x`)));
    expect((await readdir(storeDir)).map((name) => name.slice(64)).sort()).toEqual([
      '.body',
      '.json',
    ]);
  });
});

describe('an unreachable upstream', () => {
  const down: [string, () => unknown][] = [
    ['gone', () => upstream.close()],
    ['silent', () => upstream.route('x', () => {})],
    ['failing', () => upstream.route('x', 'no', { status: 503 })],
    [
      'cut',
      () =>
        upstream.route('x', (_, response) => {
          response.destroy();
        }),
    ],
  ];

  test.each(down)('(%s) is replaced by the stored answer, with a log entry', async (_, fail) => {
    upstream.route('x', '{"a":1}');
    await call().metadata.get(`${site}x`);
    await fail();
    const http = call({ tuning: impatient });
    const document = await http.metadata.get(`${site}x`);
    expect(document).toMatchObject({ stale: true, mirrored: true, text: '{"a":1}' });
    expect(document.finalUrl.href).toBe(`${upstream.url}x`);
    expect(document.json()).toEqual({ a: 1 });
    expect(http.logged.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        message: expect.stringContaining('using the stored copy of 20'),
        data: { url: `${site}x` },
      },
    ]);
  });

  test.each(down)('(%s) is an error with refresh, and for a fresh document', async (_, fail) => {
    upstream.route('x', 'here');
    await call().metadata.get(`${site}x`);
    await fail();
    const refresh = call({ refresh: true, tuning: { attempts: 1, ...impatient } });
    const error = { name: 'TransferError' };
    await expect(refresh.metadata.get(`${site}x`)).rejects.toMatchObject(error);
    const fresh = call({ tuning: { attempts: 1, ...impatient } }).metadata.get(`${site}x`, {
      fresh: true,
    });
    await expect(fresh).rejects.toMatchObject(error);
  });

  test.each([403, 404, 429])('does not include %s', async (status) => {
    upstream.route('x', 'here');
    await call().metadata.get(`${site}x`);
    upstream.route('x', 'no', { status });
    await expect(call().metadata.get(`${site}x`)).rejects.toMatchObject({ details: { status } });
  });
});

describe('a store that is', () => {
  const damage: [string, (body: string, record: string) => Promise<unknown>][] = [
    ['cut short', (body) => writeFile(body, 'he')],
    ['changed', (body) => writeFile(body, 'HERE')],
    ['without its body', (body) => rm(body)],
    ['without its record', (_, record) => rm(record)],
    ['of another kind', (_, record) => writeFile(record, '[]')],
    ['no JSON', (_, record) => writeFile(record, '{')],
    [
      'of another version',
      async (_, record) => {
        const text = await readFile(record, 'utf8');
        await writeFile(record, text.replace('"version": 1', '"version": 2'));
      },
    ],
    [
      'a link to somewhere else',
      async (body) => {
        await writeFile(`${body}.other`, 'here');
        await rm(body);
        await symlink(`${body}.other`, body);
      },
    ],
    [
      'a folder',
      async (body) => {
        await rm(body);
        await mkdir(body);
      },
    ],
  ];

  test.each(damage)('%s is ignored', async (_, harm) => {
    upstream.route('x', 'here');
    await call().metadata.get(`${site}x`);
    const [body = ''] = await stored('.body');
    const [record = ''] = await stored('.json');
    await harm(join(storeDir, body), join(storeDir, record));
    expect(await call().metadata.get(`${site}x`)).toMatchObject({ text: 'here', stale: false });
    expect(conditions()).toEqual([undefined, undefined]);
  });

  test('not writable is only logged, once', async () => {
    await writeFile(storeDir, 'a file where the folder should be');
    upstream.route('x', 'here');
    upstream.route('y', 'there');
    const http = call();
    expect((await http.metadata.get(`${site}x`)).text).toBe('here');
    expect((await http.metadata.get(`${site}y`)).text).toBe('there');
    expect(http.logged.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: expect.stringContaining('cannot be stored') },
    ]);
  });
});
