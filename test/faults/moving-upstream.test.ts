import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isImageError } from '../../src/errors.ts';
import type { UpstreamExchangeResponse } from '../../src/testing/upstream.ts';
import type { AcmeBuild } from '../fixtures/acme.ts';
import { type Line, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { type Image, makeImage, packings } from './images.ts';
import { expectClean, expectOnly } from './look-around.ts';
import { createRandom } from './random.ts';
import { cut, serve } from './serve.ts';

const random = createRandom();
let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

const site = 'images.acme.example';

describe.each(Object.keys(packings))('%s', (packing) => {
  const old = makeImage(packing, 1);
  const young = makeImage(packing, 2);

  const build = (image: Image, snapshot = '20260101'): AcmeBuild => ({
    ...{ release: '1', snapshot, file: image.file, layers: image.layers },
    digest: sha256(image.bytes),
  });
  const publishIndex = (builds: AcmeBuild[]) =>
    line.upstream.route(`${site}/index.json`, JSON.stringify(builds));
  const publishImage = (image: Image) =>
    line.upstream.route(`${site}/${image.file}`, image.bytes, { etag: `"${sha256(image.bytes)}"` });

  async function expectRefused(call: Promise<unknown>): Promise<void> {
    await expect(call).rejects.toMatchObject({ code: 'ERR_DIGEST', exitCode: 5 });
    expect(await line.visible()).toEqual([]);
  }
  async function expectDisk(image: Image): Promise<void> {
    expect(await sha256File((await line.ensure()).path)).toBe(sha256(image.disk));
    await expectClean(line);
  }

  test('the index names the new file while the old one is still served', async () => {
    publishIndex([build(young)]);
    publishImage(old);
    await expectRefused(line.ensure());
    publishImage(young);
    await expectDisk(young);
  });

  test('the list of digests names the new file while the old one is still served', async () => {
    const { digest: _, ...bare } = build(young);
    publishIndex([{ ...bare, sums: 'SUMS' }]);
    const sums = `${sha256(young.bytes).slice(7)}  ${young.file}\n`;
    line.upstream.route(`${site}/SUMS`, sums);
    publishImage(old);
    await expectRefused(line.ensure());
    publishImage(young);
    await expectDisk(young);
  });

  test('the file is new already and the index still names the old one', async () => {
    publishIndex([build(old)]);
    publishImage(young);
    await expectRefused(line.ensure());
    publishIndex([build(young)]);
    await expectDisk(young);
  });

  test.each(['20260101', '20260202'])(
    'everything changes in the middle of the download, to snapshot %s',
    async (snapshot) => {
      publishIndex([build(old)]);
      const place = random.between(1, old.bytes.length - 1);
      line.upstream.route(`${site}/${old.file}`, async (request, response) => {
        await serve(request, response, { bytes: old.bytes, etag: '"old"' }, place);
        publishIndex([build(young, snapshot)]);
        publishImage(young);
        cut(response);
      });
      const first = await line.ensure().catch((error: unknown) => error);
      if (first instanceof Error) {
        expect(isImageError(first) && first.code).toMatch(/^ERR_(?:DIGEST|NETWORK)$/);
        expect(await line.visible()).toEqual([]);
      }
      await expectDisk(young);
      await expectOnly(line, [young.disk]);
    },
  );

  test.each(['settle', 'publish'])('the index changes at the stage %s', async (stage) => {
    publishIndex([build(old)]);
    publishImage(old);
    const first = await line.ensure('acme:1', {
      onProgress: (event) => {
        if (event.type === 'stage' && event.stage === stage) publishIndex([build(young)]);
      },
    });
    publishImage(young);
    await expectDisk(young);
    expect(await sha256File(first.path)).toBe(sha256(old.disk));
  });

  test('two servers with different versions answer in turn, and some of them cut', async () => {
    const versions = [old, young];
    const either = (): Image => versions[random.between(0, 1)] ?? old;
    const answerIndex = (response: UpstreamExchangeResponse) =>
      response.end(JSON.stringify([build(either())]));
    line.upstream.route(`${site}/index.json`, (_, response) => void answerIndex(response));
    line.upstream.route(`${site}/${old.file}`, async (request, response) => {
      const { bytes } = either();
      const place = random.next() < 0.5 ? undefined : random.between(0, bytes.length - 1);
      const whole = await serve(request, response, { bytes, etag: `"${sha256(bytes)}"` }, place);
      if (!whole) cut(response);
    });
    for (let call = 0; call < 12; call += 1) {
      const image = await line.ensure().catch((error: unknown) => error);
      if (image instanceof Error) {
        expect(isImageError(image) && image.code).toMatch(/^ERR_(?:DIGEST|NETWORK)$/);
      }
      await expectMatched();
    }
    publishIndex([build(young)]);
    publishImage(young);
    await expectDisk(young);
  });

  /** Every disk is the one in its own record. */
  async function expectMatched(): Promise<void> {
    for (const name of await line.visible()) {
      const path = join(line.cacheDir, 'images-v1', name);
      const { source } = JSON.parse(await readFile(`${path}.json`, 'utf8'));
      const image = [old, young].find(({ bytes }) => sha256(bytes) === `sha256:${source.sha256}`);
      expect(await sha256File(path)).toBe(image && sha256(image.disk));
    }
  }
});
