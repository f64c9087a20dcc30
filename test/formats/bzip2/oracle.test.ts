import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { bzip2 } from '../../../formats/bzip2.ts';
import { decodeAll, diskLikeBytes, sequence, sha256 } from '../shared/decoding.ts';
import { expectAgreement } from '../shared/expect-agreement.ts';
import {
  abc,
  changed,
  helloFile,
  join,
  nineteen,
  randomisedFile,
  small,
  textFile,
} from './fixtures.ts';
import { makeBzip2 } from './make-bzip2.ts';

const hasCommand = spawnSync('bzip2', ['--help']).status === 0;

describe.skipIf(!hasCommand)('agrees with the bzip2 command', () => {
  const run = (args: string[], input: Uint8Array) =>
    spawnSync('bzip2', args, { input, maxBuffer: 2 ** 26 });

  test.each([1, 2, 9])('on what it writes at level %d', async (level) => {
    const next = sequence(level);
    for (let i = 0; i < 3; i += 1) {
      const content = diskLikeBytes(next(400_000), level * 100 + i + 1);
      const decoded = await decodeAll(bzip2, run([`-${level}c`], content).stdout);
      expect(decoded).toEqual({ sizeBytes: content.length, sha256: sha256(content) });
    }
  });

  test('on noise, which fills a block', async () => {
    const next = sequence(12);
    const noise = Uint8Array.from({ length: 1_500_000 }, () => next(256));
    const decoded = await decodeAll(bzip2, run(['-9c'], noise).stdout);
    expect(decoded).toEqual({ sizeBytes: noise.length, sha256: sha256(noise) });
  });

  test('on the files that are made here', () => {
    for (const bytes of [small, randomisedFile, makeBzip2([nineteen], { level: 3 })]) {
      expect(run(['-t'], bytes).status).toBe(0);
    }
    expect(sha256(run(['-dc'], randomisedFile).stdout)).toBe(sha256(abc));
  });

  test('on damaged files', async () => {
    const next = sequence(815);
    const bytes = join(helloFile, textFile);
    for (let i = 0; i < 60; i += 1) {
      const at = next(bytes.length);
      const damaged = changed(bytes, at, (bytes[at] ?? 0) ^ (1 << next(8)));
      // The command stops in silence where no stream follows.
      const theirs = run(['-dc'], damaged);
      await expectAgreement(bzip2, damaged, theirs, `byte ${at}`, 'trailing-data');
    }
  });
});
