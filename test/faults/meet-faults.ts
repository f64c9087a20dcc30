import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EnsureOptions } from '../../src/core.ts';
import { isImageError } from '../../src/errors.ts';
import { type Line, sha256, sha256File, startLine } from '../fixtures/line.ts';
import type { Fault, Outcome } from './fault.ts';
import type { Image } from './images.ts';
import { expectClean, expectOnly, expectTidy } from './look-around.ts';
import type { Random } from './random.ts';

/** The faults for one kind of image: with a digest in the index, and with only TLS. */
export interface Meeting {
  make: (seed: number) => Image;
  judged: readonly Fault[];
  unjudged: readonly Fault[];
  random: Random;
  /** For every call. */
  options?: EnsureOptions;
}

/** Declares a test for each fault. */
export function meetFaults({ make, judged, unjudged, random, options = {} }: Meeting): void {
  const image = make(1);
  const other = make(2);
  const { file, layers } = image;
  const build = { release: '1', snapshot: '20260101', file, layers };
  let line: Line;
  beforeEach(async () => {
    line = await startLine();
  });
  afterEach(() => line.close());

  /** A disk or a typed error, no other file, and the next good call succeeds. */
  async function meet(fault: Fault, digest: string | undefined): Promise<Outcome> {
    const offered = digest === undefined ? build : { ...build, digest };
    line.offer(offered, image.bytes);
    const place = random.between(1, image.bytes.length - 1);
    let count = 0;
    let firstAt = 0;
    line.upstream.route(`images.acme.example/${file}`, async (request, response) => {
      count += 1;
      if (count === 1) firstAt = Date.now();
      await fault.answer({
        ...{ count, firstAt, request, response, place, random },
        file: { bytes: image.bytes, etag: '"this"' },
        other: { bytes: other.bytes, etag: '"other"' },
      });
    });
    const outcome = await endOf(fault);
    // With only TLS no version is named, so the cached one is as good as the other.
    const disk = outcome === 'other' ? other.disk : image.disk;
    await expectOnly(line, [disk]);
    await expectTidy(line.cacheDir);
    line.offer(offered, image.bytes);
    const next = await line.ensure('acme:1', options);
    expect(await sha256File(next.path)).toBe(sha256(disk));
    await expectClean(line);
    return outcome;
  }

  async function endOf(fault: Fault): Promise<Outcome> {
    try {
      const { path } = await line.ensure('acme:1', { ...options, ...fault.options });
      return (await sha256File(path)) === sha256(image.disk) ? 'this' : 'other';
    } catch (error) {
      if (!isImageError(error)) throw error;
      expect(error.hint).not.toBe('');
      expect(error.message).not.toBe('');
      expect(await line.visible()).toEqual([]);
      return error.code;
    }
  }

  if (judged.length > 0) {
    test.each(judged)('$title, with a digest', async (fault) => {
      expect(fault.digest).toContain(await meet(fault, sha256(image.bytes)));
    });
  }
  if (unjudged.length > 0) {
    test.each(unjudged)('$title, with only TLS', async (fault) => {
      expect(fault.tls).toContain(await meet(fault, undefined));
    });
  }
}
