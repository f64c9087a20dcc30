import { afterEach, beforeEach, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { blobPath, manifestType, readerOf, sha256Of } from './reading.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const manifest = `{"schemaVersion":2,"layers":[]}\n`;
const at = (reference: string): string => `v2/fleet/images/manifests/${reference}`;

test('a manifest is returned byte for byte, with the digest of these bytes, and each type is accepted', async () => {
  const headers = { 'content-type': `${manifestType}; charset=utf-8` };
  upstream.route(at('one'), manifest, { headers });
  const found = await readerOf(upstream).manifest('one');
  expect(found).toMatchObject({ digest: sha256Of(manifest), mediaType: manifestType });
  expect(Buffer.from(found?.bytes ?? []).toString()).toBe(manifest);
  expect(upstream.requests[0]?.headers['accept']?.toString().split(', ').sort()).toEqual([
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
  ]);
});

test('if the server gives no type, it is read from the manifest itself', async () => {
  const index = 'application/vnd.oci.image.index.v1+json';
  const headers = { 'content-type': 'application/json' };
  upstream.route(at('one'), JSON.stringify({ mediaType: index }), { headers });
  expect(await readerOf(upstream).manifest('one')).toMatchObject({ mediaType: index });
});

test('a tag is requested every time, also after it was absent', async () => {
  const reader = readerOf(upstream);
  expect(await reader.manifest('one')).toBeUndefined();
  upstream.route(at('one'), manifest);
  expect(await reader.manifest('one')).toMatchObject({ digest: sha256Of(manifest) });
  upstream.route(at('one'), '{}');
  expect(await reader.manifest('one')).toMatchObject({ digest: sha256Of('{}') });
  upstream.route(at('one'), 'no', { status: 403 });
  await expect(reader.manifest('one')).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
});

test('an unreachable registry does not count as an absent image', async () => {
  upstream.route(at('one'), 'down', { status: 503 });
  await expect(readerOf(upstream).manifest('one')).rejects.toMatchObject({
    details: { status: 503, attempts: 3 },
  });
});

test('a manifest with another digest than requested is refused', async () => {
  const wanted = sha256Of('other');
  upstream.route(at(wanted), manifest);
  await expect(readerOf(upstream).manifest(wanted)).rejects.toMatchObject({
    code: 'ERR_DIGEST',
    details: { expected: wanted, actual: sha256Of(manifest) },
  });
});

test('a manifest of more than 4 MiB is refused', async () => {
  upstream.route(at('most'), JSON.stringify('a'.repeat(4 * 1024 * 1024 - 2)));
  upstream.route(at('more'), JSON.stringify('a'.repeat(4 * 1024 * 1024 - 1)));
  const reader = readerOf(upstream);
  expect((await reader.manifest('most'))?.bytes).toHaveLength(4 * 1024 * 1024);
  const failure = await reader.manifest('more').catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'ERR_METADATA' });
  expect(String(Reflect.get(Object(failure), 'hint'))).not.toContain('--limit');
});

test('one HEAD shows whether a manifest exists', async () => {
  const headers = { 'docker-content-digest': sha256Of(manifest) };
  upstream.route(at('one'), manifest, { headers });
  upstream.route(at('bare'), manifest);
  upstream.route(at('shut'), '', { status: 403 });
  const reader = readerOf(upstream);
  expect(await reader.hasManifest('one')).toBe(sha256Of(manifest));
  expect(await reader.hasManifest('bare')).toBe(true);
  expect(await reader.hasManifest('none')).toBe(false);
  await expect(reader.hasManifest('shut')).rejects.toMatchObject({ details: { status: 403 } });
  expect(new Set(upstream.requests.map(({ method }) => method))).toEqual(new Set(['HEAD']));
  expect(upstream.requests[0]?.headers['accept']).toContain(manifestType);
});

test('HEAD gives the length of a blob', async () => {
  const digest = sha256Of('hello');
  upstream.route(blobPath(digest), 'hello');
  const reader = readerOf(upstream);
  expect(await reader.blobSize(digest)).toBe(5);
  expect(await reader.blobSize(sha256Of('none'))).toBeUndefined();
});

test('a small blob is returned whole and verified', async () => {
  const digest = sha256Of('hello');
  upstream.route(blobPath(digest), 'hello');
  upstream.route(blobPath(sha256Of('else')), 'hello');
  const reader = readerOf(upstream);
  expect(Buffer.from((await reader.smallBlob(digest, 5)) ?? []).toString()).toBe('hello');
  expect(await reader.smallBlob(sha256Of('none'), 5)).toBeUndefined();
  await expect(reader.smallBlob(digest, 4)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  await expect(reader.smallBlob(sha256Of('else'), 5)).rejects.toMatchObject({ code: 'ERR_DIGEST' });
});

test.each(['../../secrets', 'a/b', '', 'a b', `${'a'.repeat(129)}`, 'sha256:../x', '?x'])(
  'the reference %j is refused before a request',
  async (reference) => {
    const reader = readerOf(upstream);
    const refused = { code: 'ERR_INVALID_REQUEST' };
    await expect(reader.manifest(reference)).rejects.toMatchObject(refused);
    await expect(reader.blobSize(reference)).rejects.toMatchObject(refused);
    expect(upstream.requests).toEqual([]);
  },
);

async function tagsOf(): Promise<string[]> {
  const tags: string[] = [];
  for await (const tag of readerOf(upstream).tags()) tags.push(tag);
  return tags;
}

test('tags are read over all pages, each once', async () => {
  const list = 'v2/fleet/images/tags/list';
  const link = { link: `</${list}?n=1000&last=b>; rel="next"` };
  upstream.route(`${list}?n=1000`, '{"name":"x","tags":["b","a"]}', { headers: link });
  upstream.route(`${list}?n=1000&last=b`, '{"name":"x","tags":["a","c"]}');
  expect(await tagsOf()).toEqual(['b', 'a', 'c']);
});

test('a repository without tags has none, and neither has one that does not exist', async () => {
  expect(await tagsOf()).toEqual([]);
  upstream.route('v2/fleet/images/tags/list?n=1000', '{"name":"x","tags":null}');
  expect(await tagsOf()).toEqual([]);
});

test.each([
  '</v2/fleet/images/tags/list?n=1000>; rel="next"',
  '<http://169.254.169.254/v2/fleet/images/tags/list>; rel="next"',
  '</v2/other/tags/list>; rel="next"',
])('the next page %s is refused', async (link) => {
  upstream.route('v2/fleet/images/tags/list?n=1000', '{"tags":["a"]}', { headers: { link } });
  await expect(tagsOf()).rejects.toMatchObject({ code: 'ERR_METADATA' });
  expect(upstream.requests).toHaveLength(1);
});
