import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { client, collect, mirrorOf, site } from './client.ts';

let upstream: Upstream;
let other: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
  other = await startUpstream();
});
afterEach(() => Promise.all([upstream.close(), other.close()]));

const http = (options: Parameters<typeof client>[0] = {}) =>
  client({ mirrors: mirrorOf(upstream), ...options });

function redirect(path: string, location: string | undefined, status = 302): void {
  upstream.route(path, (_, response) => {
    response.writeHead(status, location === undefined ? {} : { location });
    response.end('<html>moved</html>');
  });
}
/** The same rules apply to both kinds of transfer. */
const kinds: [
  string,
  (path: string, options?: Parameters<typeof client>[0]) => Promise<unknown>,
][] = [
  ['a document', (path, options) => http(options).metadata.get(site + path)],
  [
    'a body',
    async (path, options) => {
      const { chunks } = await http(options).openBody(new URL(site + path));
      return await collect(chunks);
    },
  ],
];

describe.each([301, 302, 303, 307, 308])('status %s', (status) => {
  test('leads a document and a body to another place', async () => {
    redirect('x', 'y?z', status);
    redirect('y?z', `${upstream.url}end`, status);
    upstream.route('end', 'here');
    const document = await http().metadata.get(`${site}x`);
    expect([document.text, document.finalUrl.href]).toEqual(['here', `${upstream.url}end`]);
    const body = await http().openBody(new URL(`${site}x`));
    expect(body.finalUrl.href).toBe(`${upstream.url}end`);
    expect(Buffer.from(await collect(body.chunks)).toString()).toBe('here');
  });
});

test('each request is logged with its address, without the query', async () => {
  redirect('x', 'y?token=secret');
  upstream.route('y?token=secret', 'here');
  const asked = http();
  await asked.metadata.get(`${site}x`);
  expect(asked.logged).toEqual([
    { level: 'debug', message: `GET ${upstream.url}x` },
    { level: 'debug', message: `GET ${upstream.url}y` },
  ]);
});

describe.each(kinds)('%s', (_, get) => {
  test('is not followed in a loop', async () => {
    redirect('x', '/y');
    redirect('y', '/x');
    await expect(get('x')).rejects.toMatchObject({
      code: 'ERR_REDIRECT',
      message: expect.stringContaining('loop'),
      details: { url: `${upstream.url}y`, location: `${upstream.url}x` },
    });
    expect(upstream.requests).toHaveLength(2);
  });

  test('is at most five redirects away', async () => {
    for (let i = 0; i < 7; i += 1) redirect(`${i}`, `/${i + 1}`);
    upstream.route('7', 'here');
    await get('2');
    upstream.requests.length = 0;
    await expect(get('1')).rejects.toMatchObject({
      code: 'ERR_REDIRECT',
      message: expect.stringContaining('more than 5 times'),
    });
    expect(upstream.requests).toHaveLength(6);
  });

  test.each([undefined, 'file:///etc/passwd', 'ftp://127.0.0.1/x', 'http://['])(
    'is not followed to %s',
    async (location) => {
      redirect('x', location);
      await expect(get('x')).rejects.toMatchObject({ code: 'ERR_REDIRECT', exitCode: 4 });
      expect(upstream.requests).toHaveLength(1);
    },
  );

  test('may come over plain http from another host only with a digest', async () => {
    other.route('x', 'here');
    redirect('x', `${other.url}x`);
    await expect(get('x')).rejects.toMatchObject({ code: 'ERR_UNTRUSTED', exitCode: 5 });
    expect(other.requests).toHaveLength(0);
    await get('x', { allowPlain: true });
    expect(other.requests).toHaveLength(1);
  });

  test('comes from the mirror of the place that a redirect names', async () => {
    other.route('pool/x', 'here');
    redirect('x', 'https://cdn.example/pool/x');
    await get('x', { mirrors: { ...mirrorOf(upstream), 'https://cdn.example/': other.url } });
    expect(other.requests).toHaveLength(1);
  });

  test('is fetched without the credentials of the redirecting host', async () => {
    other.route('x', 'here');
    redirect('x', `${other.url}x`);
    const mirrors = { [site]: upstream.url.replace('//', '//me:secret@'), [other.url]: other.url };
    await get('x', { mirrors });
    expect(upstream.requests[0]?.headers['authorization']).toMatch(/^Basic /);
    expect(other.requests[0]?.headers['authorization']).toBeUndefined();
    expect(JSON.stringify(other.requests)).not.toContain('secret');
  });

  test('is requested again from the start after a failure on the way', async () => {
    let count = 0;
    redirect('x', '/y');
    upstream.route('y', (_, response) => {
      count += 1;
      response.statusCode = count === 1 ? 502 : 200;
      response.end('here');
    });
    await get('x');
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/x', '/y', '/x', '/y']);
  });
});

test('only a body may be allowed plain http', async () => {
  other.route('x', 'here');
  const plain = new URL(`${other.url}x`);
  await expect(http().openBody(plain)).rejects.toMatchObject({ code: 'ERR_UNTRUSTED' });
  const body = await http().openBody(plain, { allowPlain: true });
  expect(body.mirrored).toBe(false);
  await collect(body.chunks);
});
