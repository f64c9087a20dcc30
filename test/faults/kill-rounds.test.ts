import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsureOptions } from '../../src/core.ts';
import type { UpstreamRequest } from '../../src/testing/upstream.ts';
import { type Line, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { type Image, makeImage, makeLargeImage, packings } from './images.ts';
import { startCall } from './killed-call.ts';
import { expectClean, expectOnly } from './look-around.ts';
import { createRandom } from './random.ts';
import { serve } from './serve.ts';

const kinds: [string, (seed: number) => Image, EnsureOptions][] = [
  ...Object.keys(packings).map((packing): (typeof kinds)[number] => [
    packing,
    (seed) => makeImage(packing, seed),
    {},
  ]),
  ['raw over four connections', makeLargeImage, { connections: 4 }],
];
const kills = Number(process.env['ROOTDISK_KILLS'] ?? 10);
const share = Math.ceil(kills / kinds.length);
const stages = ['resolve', 'look', 'prove', 'fetch', 'decode', 'settle', 'publish'];
const random = createRandom();
let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

describe.each(kinds)('%s', (kind, make, options) => {
  const versions = [make(1), make(2)] as const;
  const path = `images.acme.example/${versions[0].file}`;
  const etagOf = ({ bytes }: Image): string => `"${sha256(bytes)}"`;

  /** Publishes a version; the server holds back the bytes after `stopAt`, as long as the client waits. */
  function publish(image: Image, judged: boolean, stopAt?: number): void {
    const { file, layers, bytes } = image;
    const build = { release: '1', snapshot: '20260101', file, layers };
    line.offer(judged ? { ...build, digest: sha256(bytes) } : build, bytes);
    line.upstream.route(path, async (request, response) => {
      await serve(request, response, { bytes, etag: etagOf(image) }, stopAt);
    });
  }

  const download = (): string =>
    join(line.cacheDir, 'images-v1/.staging/acme_1_default_amd64_20260101.raw/download');

  const stagedSize = (): Promise<number> =>
    stat(download()).then(
      ({ size }) => size,
      () => 0,
    );

  /** Bytes in the staging folder, from the start, and their version. */
  async function staged(): Promise<{ bytes: number; etag: string }> {
    try {
      const note = JSON.parse(await readFile(`${download()}.json`, 'utf8'));
      const size = await stagedSize();
      return { bytes: Math.min(size, note.readyBytes ?? size), etag: String(note.validators.etag) };
    } catch {
      return { bytes: 0, etag: '' };
    }
  }

  /** One call that is killed at a random moment, or ends before it. */
  async function killOne(image: Image, judged: boolean): Promise<void> {
    const inDownload = random.next() < 0.6;
    const stopAt = random.between(0, image.bytes.length);
    publish(image, judged, inDownload ? stopAt : undefined);
    const call = startCall(line, options);
    if (inDownload) {
      const enough = random.between(0, Math.max(0, stopAt - 1));
      await call.until(async () => (await stagedSize()) >= enough);
    } else {
      await call.reached(stages[random.between(0, stages.length - 1)] ?? '');
      // A random moment is intended; nothing waits for it.
      await new Promise((resolve) => setTimeout(resolve, random.next() * 30));
    }
    await call.kill();
  }

  const askedFor = (): UpstreamRequest[] =>
    line.upstream.requests.filter((request) => request.path === `/${path}`);

  test(`calls that are killed again and again, ${share} of them`, async () => {
    const seen = { killed: 0, completed: 0, continued: 0 };
    while (seen.killed < share) {
      let version: Image = versions[0];
      const judged = random.next() < 0.7;
      const row = random.between(1, 5);
      for (let i = 0; i < row; i += 1) {
        // Only a digest shows a call that the existing disk differs from upstream's.
        const moves = judged && random.next() < 0.2;
        if (moves) version = version === versions[0] ? versions[1] : versions[0];
        await expectContinued(version, () => killOne(version, judged));
        await expectOnly(
          line,
          [...versions].map(({ disk }) => disk),
        );
        seen.killed += 1;
      }
      await expectContinued(version, async () => {
        publish(version, judged);
        const made = await startCall(line, options).result();
        expect(await sha256File(made)).toBe(sha256(version.disk));
      });
      await expectClean(line);
      await rm(line.cacheDir, { recursive: true });
      seen.completed += 1;
    }
    console.log(`${kind}: ${JSON.stringify(seen)}`);

    /** Bytes of the same version that exist when a call begins are not requested again. */
    async function expectContinued(image: Image, run: () => Promise<void>): Promise<void> {
      const before = await staged();
      const known = askedFor().length;
      await run();
      const [first] = askedFor().slice(known);
      if (first === undefined || before.bytes === 0 || before.etag !== etagOf(image)) return;
      // For a whole file the last byte is requested again: it may have changed since.
      const from = Math.min(before.bytes, image.bytes.length - 1);
      expect(first.headers['range']).toMatch(new RegExp(`^bytes=${from}-`));
      seen.continued += 1;
    }
  }, 1_800_000);
});
