import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { xz } from '../../../formats/xz.ts';
import { changed, join } from '../lz4/fixtures.ts';
import { decodeAll, diskLikeBytes, sequence, sha256 } from '../shared/decoding.ts';
import { expectAgreement } from '../shared/expect-agreement.ts';
import { makeXz } from './make-xz.ts';

const hasCommand = spawnSync('xz', ['--version']).status === 0;

describe.skipIf(!hasCommand)('agrees with the xz command', () => {
  const run = (args: string[], input: Uint8Array) =>
    spawnSync('xz', ['-q', '-c', ...args], { input, maxBuffer: 2 ** 26 });

  const checks = ['none', 'crc32', 'crc64', 'sha256'];
  const written = [
    ...checks.map((check) => `--check=${check} -0 -T2 --block-size=64KiB`),
    '-1 --block-list=1,70000,0',
    '--x86 --lzma2=preset=1',
  ];
  test.each(written)('on what it writes with %s', async (list) => {
    const bytes = diskLikeBytes(200_000, list.length);
    const made = run(list.split(' '), bytes);
    expect(made.status).toBe(0);
    const decoded = await decodeAll(xz, made.stdout);
    expect(decoded).toEqual({ sizeBytes: bytes.length, sha256: sha256(bytes) });
  });

  const parts = [diskLikeBytes(70_000, 1), new Uint8Array(0), diskLikeBytes(30_000, 2)];
  const content = join(...parts);

  test('on streams of every check behind one another, with padding between and behind them', async () => {
    const streams = parts.map((part, i) => run([`--check=${checks[i + 1]}`], part).stdout);
    const file = join(...streams.flatMap((stream) => [stream, new Uint8Array(4)]));
    const decoded = await decodeAll(xz, file);
    expect(decoded).toEqual({ sizeBytes: content.length, sha256: sha256(content) });
    expect(sha256(run(['-d'], file).stdout)).toBe(sha256(content));
  });

  test('on streams that are made here', async () => {
    const stated = { statedSizes: { compressed: 0, uncompressed: 0 } };
    for (const file of [makeXz(parts), makeXz(parts, stated), join(makeXz(parts), makeXz([]))]) {
      const theirs = run(['-d'], file);
      expect([theirs.status, sha256(theirs.stdout)]).toEqual([0, sha256(content)]);
    }
  });

  test.each(checks)('on damaged files with the check %s', async (check) => {
    const next = sequence(check.length * 31);
    const args = [`--check=${check}`, '--block-size=16KiB'];
    const file = join(run(args, content.subarray(0, 40_000)).stdout, new Uint8Array(4), makeXz([]));
    for (let i = 0; i < 24; i += 1) {
      // Headers and index as often as anything else.
      const at = [next(file.length), next(64), file.length - 1 - next(150)][i % 3] ?? 0;
      const damaged = changed(file, at, (file[at] ?? 0) ^ (1 << next(8)));
      await expectAgreement(xz, damaged, run(['-d'], damaged), `byte ${at}`);
    }
  });
});
