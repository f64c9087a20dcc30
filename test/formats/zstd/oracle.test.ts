import { spawnSync } from 'node:child_process';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { zstd } from '../../../formats/zstd.ts';
import { changed, join, skippable } from '../lz4/fixtures.ts';
import { decodeAll, diskLikeBytes, sequence, sha256 } from '../shared/decoding.ts';
import { expectAgreement } from '../shared/expect-agreement.ts';

const hasCommand = spawnSync('zstd', ['--version']).status === 0;

describe.skipIf(!hasCommand)('agrees with the zstd command', () => {
  const run = (args: string[], input: Uint8Array) =>
    spawnSync('zstd', ['-q', '-c', ...args], { input, maxBuffer: 2 ** 26 });

  const options = ['-1', '-19', '--fast=5', '-3 --no-check', '-3 -T2 --rsyncable', '--long=27'];
  test.each(options)('on what it writes with %s', async (list) => {
    const next = sequence(list.length);
    for (let i = 0; i < 3; i += 1) {
      const bytes = diskLikeBytes(next(900_000), i + 1);
      const decoded = await decodeAll(zstd, run(list.split(' '), bytes).stdout);
      expect(decoded).toEqual({ sizeBytes: bytes.length, sha256: sha256(bytes) });
    }
  });

  const parts = [diskLikeBytes(300_000, 1), new Uint8Array(0), diskLikeBytes(70_000, 2)];
  const content = join(...parts);

  test('on frames that it wrote one by one', async () => {
    const frames = join(...parts.map((part, i) => run([`-${1 + i * 9}`], part).stdout));
    const decoded = await decodeAll(zstd, frames);
    expect(decoded).toEqual({ sizeBytes: content.length, sha256: sha256(content) });
  });

  test('on frames that are made here, skippable ones before, between and behind them', async () => {
    const [first, second, third] = parts.map((part) => zstdCompressSync(part));
    const file = join(
      ...[skippable(5), first ?? [], skippable(0, 7), second ?? []],
      ...[skippable(200_000, 15), third ?? [], skippable(9, 14)],
    );
    const theirs = run(['-d'], file);
    expect([theirs.status, sha256(theirs.stdout)]).toEqual([0, sha256(content)]);
    expect((await decodeAll(zstd, file)).sha256).toBe(sha256(content));
  });

  test('on damaged files', async () => {
    const next = sequence(901);
    const file = join(
      run(['-3'], diskLikeBytes(30_000)).stdout,
      skippable(20),
      run([], content).stdout,
    );
    for (let i = 0; i < 80; i += 1) {
      // The headers of the first frame as often as anything else.
      const at = next(i % 2 === 0 ? file.length : 40);
      const damaged = changed(file, at, (file[at] ?? 0) ^ (1 << next(8)));
      await expectAgreement(zstd, damaged, run(['-d'], damaged), `byte ${at}`);
    }
  });
});
