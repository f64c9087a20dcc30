import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createRootdisk,
  type EnsuredImage,
  type EnsureOptions,
  type ProgressEvent,
} from '../../src/core.ts';
import { type Line, makeDisk, parts, sha256, startLine } from '../fixtures/line.ts';

const disks = [makeDisk(1024 ** 2, 1), makeDisk(1024 ** 2, 2)];
const { ensureImages } = createRootdisk(parts);

let line: Line;
let sockets: Set<unknown>;
let given: PromiseSettledResult<EnsuredImage>[];
beforeEach(async () => {
  line = await startLine();
  sockets = new Set();
  given = [];
  const builds = disks.map((disk, index) => ({
    ...{ release: `${index + 1}`, snapshot: '20260101', file: `${index + 1}.raw` },
    ...{ layers: ['raw'], digest: sha256(disk) },
  }));
  serve('index.json', JSON.stringify(builds));
  for (const [index, disk] of disks.entries()) serve(`${index + 1}.raw`, disk);
});
afterEach(async () => {
  for (const one of given) if (one.status === 'fulfilled') await one.value.dispose();
  await line.close();
});

function serve(name: string, bytes: Uint8Array | string): void {
  line.upstream.route(`images.acme.example/${name}`, (_request, response) => {
    sockets.add(response.socket);
    response.end(bytes);
  });
}

async function ensure(
  references: string[],
  options: EnsureOptions = {},
): Promise<PromiseSettledResult<EnsuredImage>[]> {
  const { cacheDir, mirrors } = line;
  given = await ensureImages(references, { arch: 'amd64', cacheDir, mirrors, ...options });
  return given;
}

test('one connection serves all of them', async () => {
  const outcomes = await ensure(['acme:1', 'acme:2']);
  const releases = outcomes.map((one) => one.status === 'fulfilled' && one.value.release);
  expect(releases).toEqual(['1', '2']);
  expect(line.asked()).toEqual(['index.json', '1.raw', '2.raw']);
  expect(sockets.size).toBe(1);
});

test('results are in the order of the references, and a failure does not stop the others', async () => {
  const outcomes = await ensure(['acme:7', 'acme:2', 'no-such-os', 'acme:1']);
  expect(outcomes).toMatchObject([
    { status: 'rejected', reason: { code: 'ERR_NOT_FOUND' } },
    { status: 'fulfilled', value: { release: '2' } },
    { status: 'rejected', reason: { code: 'ERR_UNKNOWN_VENDOR' } },
    { status: 'fulfilled', value: { release: '1' } },
  ]);
  expect(await ensure([])).toEqual([]);
});

test('events name their reference, without a password in it', async () => {
  const events: ProgressEvent[] = [];
  const secret = 'https://user:secret@images.acme.example/1.raw';
  await ensure([secret, 'acme:2'], { trust: 'none', onProgress: (event) => events.push(event) });
  const seen = [...new Set(events.map(({ reference }) => reference))];
  expect(seen).toEqual(['https://images.acme.example/1.raw', 'acme:2']);
});

test('an abort ends the call with its reason, and releases the leases of disks from the cache', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const call = ensure(['acme:1', 'acme:2'], {
    signal: controller.signal,
    onProgress({ type, reference }) {
      if (type === 'stage' && reference === 'acme:2') controller.abort(reason);
    },
  });
  await expect(call).rejects.toBe(reason);
  const { removeFromCache } = createRootdisk(parts);
  const [name = ''] = await line.visible();
  expect(await removeFromCache([name], { cacheDir: line.cacheDir })).toMatchObject({
    removed: [name],
  });
});

test.each([
  [
    'a digest for several',
    ['acme:1', 'acme:2'],
    { digest: sha256(disks[0] ?? Buffer.of()) },
    'a digest belongs to one image',
  ],
  ['an invalid reference', ['acme:1', 7], {}, 'reference must be a text'],
  ['no list', 'acme:1', {}, 'references must be a list'],
  ['a misspelt option', ['acme:1'], { ofline: true }, 'unknown option "ofline"'],
])('%s is refused before the first one begins', async (_what, references, options, message) => {
  const loose = ensure as (references: unknown, options: object) => Promise<unknown>;
  await expect(loose(references, options)).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    message: expect.stringContaining(message),
  });
  expect(line.asked()).toEqual([]);
});
