import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildQcow2Image } from '../../src/testing/qcow2-image.ts';
import type {
  UpstreamExchangeRequest,
  UpstreamExchangeResponse,
} from '../../src/testing/upstream.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';

const MiB = 1024 ** 2;
const disk = makeDisk(24 * MiB);
for (let at = 4096; at < disk.length; at += 4096) {
  createHash('sha256').update(String(at)).digest().copy(disk, at);
}
/** As after a resize: the tables are after the data that they describe. */
const { bytes, l1Offset } = buildQcow2Image({
  virtualSize: disk.length,
  extents: [{ position: 0, bytes: disk }],
  l1: 'last',
  l2: 'last',
});
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.qcow2',
  layers: ['qcow2'],
  digest: sha256(bytes),
};
const image = 'images.acme.example/acme.qcow2';
const etag = '"one"';

let line: Line;
beforeEach(async () => {
  line = await startLine();
  line.offer(build, bytes);
});
afterEach(() => line.close());

/** The rest of the file comes only when both kinds of tables were requested. */
function serve(headers: Record<string, string>, change: (part: Buffer) => Buffer): void {
  const tables = Promise.withResolvers<void>();
  let parts = 0;
  line.upstream.route(image, async (request, response) => {
    if (request.headers['range'] !== undefined) {
      parts += 1;
      answerPart(request, response, change);
      if (parts === 2) tables.resolve();
      return;
    }
    response.writeHead(200, { 'content-length': bytes.length, etag, ...headers });
    response.write(bytes.subarray(0, MiB));
    if (headers['accept-ranges'] === 'bytes') await tables.promise;
    response.end(bytes.subarray(MiB));
  });
}

function answerPart(
  request: UpstreamExchangeRequest,
  response: UpstreamExchangeResponse,
  change: (part: Buffer) => Buffer,
): void {
  const [, a, b] = /^bytes=(\d+)-(\d+)$/.exec(String(request.headers['range'])) ?? [];
  const [start, end] = [Number(a), Number(b) + 1];
  const range = `bytes ${start}-${end - 1}/${bytes.length}`;
  response.writeHead(206, { 'content-range': range, etag });
  response.end(change(Buffer.from(bytes.subarray(start, end))));
}

const parts = () => line.upstream.requests.filter(({ headers }) => headers['range'] !== undefined);

test('tables at the end of a file are fetched before the data', async () => {
  serve({ 'accept-ranges': 'bytes' }, (part) => part);
  const { path } = await line.ensure();
  expect(await sha256File(path)).toBe(sha256(disk));
  expect(parts()).toHaveLength(2);
  expect(parts()[0]?.headers).toMatchObject({ 'if-range': etag });
  expect(String(parts()[0]?.headers['range'])).toContain(`bytes=${l1Offset}-`);
});

test('tables that differ from those in the file are refused', async () => {
  serve({ 'accept-ranges': 'bytes' }, (part) =>
    part.length > 64 ? part.copyWithin(0, 8, 16) : part,
  );
  const error = await line.ensure().catch((reason: unknown) => reason);
  // Either may compare first: the sequential read of the file, or the decoder.
  expect(['ERR_DIGEST', 'ERR_UNSAFE_IMAGE']).toContain((error as { code?: string }).code);
  expect(await line.visible()).toEqual([]);
});

test('a server that does not announce ranges is asked for none', async () => {
  serve({}, (part) => part);
  const { path } = await line.ensure();
  expect(await sha256File(path)).toBe(sha256(disk));
  expect(parts()).toEqual([]);
});
