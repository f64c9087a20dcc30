import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { gzip } from '../../../formats/gzip.ts';
import { changed, join } from '../lz4/fixtures.ts';
import { decodeAll, diskLikeBytes, sequence, sha256 } from '../shared/decoding.ts';
import { expectAgreement } from '../shared/expect-agreement.ts';

const hasCommand = spawnSync('gzip', ['--version']).status === 0;

describe.skipIf(!hasCommand)('agrees with the gzip command', () => {
  const run = (args: string[], input: Uint8Array) =>
    spawnSync('gzip', ['-q', '-c', ...args], { input, maxBuffer: 2 ** 26 });

  test.each(['-1', '-6', '-9', '--rsyncable'])('on what it writes with %s', async (option) => {
    const bytes = diskLikeBytes(700_000, option.length);
    const decoded = await decodeAll(gzip, run([option], bytes).stdout);
    expect(decoded).toEqual({ sizeBytes: bytes.length, sha256: sha256(bytes) });
  });

  const parts = [diskLikeBytes(70_000, 1), new Uint8Array(0), diskLikeBytes(30_000, 2)];
  const content = join(...parts);

  test('on members that are made here, zeros behind them or not', async () => {
    const members = join(...parts.map((part) => gzipSync(part)));
    for (const file of [members, join(members, new Uint8Array(512))]) {
      const theirs = run(['-d'], file);
      expect([theirs.status, sha256(theirs.stdout)]).toEqual([0, sha256(content)]);
      expect((await decodeAll(gzip, file)).sha256).toBe(sha256(content));
    }
  });

  test('on damaged files', async () => {
    const next = sequence(31);
    const file = join(gzipSync(content.subarray(0, 9000)), gzipSync(content));
    for (let i = 0; i < 80; i += 1) {
      const at = next(i % 2 === 0 ? file.length : 20);
      const damaged = changed(file, at, (file[at] ?? 0) ^ (1 << next(8)));
      await expectAgreement(gzip, damaged, run(['-d'], damaged), `byte ${at}`);
    }
  });
});
