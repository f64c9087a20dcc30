import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { lz4 } from '../../../formats/lz4.ts';
import { decodeAll, diskLikeBytes, sequence, sha256 } from '../shared/decoding.ts';
import { expectAgreement } from '../shared/expect-agreement.ts';
import { changed, content, frame, textFile } from './fixtures.ts';
import { makeLz4 } from './make-lz4.ts';

const hasCommand = spawnSync('lz4', ['--version']).status === 0;

describe.skipIf(!hasCommand)('agrees with the lz4 command', () => {
  const run = (args: string[], input: Uint8Array) =>
    spawnSync('lz4', ['-q', '-c', ...args], { input, maxBuffer: 2 ** 26 });

  const options = ['-1', '-9 -B4 -BD -BX', '-B5', '-B6 -BD --no-frame-crc', '-l'];
  test.each(options)('on what it writes with %s', async (list) => {
    const next = sequence(list.length);
    for (let i = 0; i < 3; i += 1) {
      const bytes = diskLikeBytes(next(900_000), i + 1);
      const decoded = await decodeAll(lz4, run(list.split(' '), bytes).stdout);
      expect(decoded).toEqual({ sizeBytes: bytes.length, sha256: sha256(bytes) });
    }
  });

  test('on the files that are made here', () => {
    const linked = makeLz4(content, { linked: true, blockChecksums: true, contentSize: 200_000n });
    for (const bytes of [frame, linked, makeLz4(content, { stored: true })]) {
      const theirs = run(['-d'], bytes);
      expect([theirs.status, sha256(theirs.stdout)]).toEqual([0, sha256(content)]);
    }
  });

  test('on damaged files', async () => {
    const next = sequence(77);
    for (let i = 0; i < 60; i += 1) {
      const at = next(textFile.length);
      const damaged = changed(textFile, at, (textFile[at] ?? 0) ^ (1 << next(8)));
      await expectAgreement(lz4, damaged, run(['-d'], damaged), `byte ${at}`);
    }
  });
});
