import { expect, test } from 'vitest';
import { bzip2 } from '../../../formats/bzip2.ts';
import { makeBzip2 } from '../../../src/testing/files/bzip2-file.ts';
import { commandAgrees } from '../shared/command-agrees.ts';
import { decodeAll, sequence, sha256 } from '../shared/decoding.ts';
import {
  abc,
  disk,
  helloFile,
  join,
  nineteen,
  randomisedFile,
  small,
  textFile,
} from './fixtures.ts';

commandAgrees(
  {
    codec: bzip2,
    command: 'bzip2',
    always: ['-c'],
    written: { options: ['-1', '-2', '-9'], rounds: 3, longest: 400_000 },
    read: [
      { name: 'a small file', file: () => small, content: disk },
      { name: 'a randomised block', file: () => randomisedFile, content: abc },
      {
        name: 'a block that is made here',
        file: () => makeBzip2([nineteen], { level: 3 }),
        content: nineteen,
      },
    ],
    damaged: [
      {
        name: 'files',
        file: () => join(helloFile, textFile),
        rounds: 60,
        at: (next, fileBytes) => next(fileBytes),
        // The command ends silently if no stream follows.
        alone: 'trailing-data',
      },
    ],
  },
  (run) => {
    test('on noise that fills a block', async () => {
      const next = sequence(12);
      const noise = Uint8Array.from({ length: 1_500_000 }, () => next(256));
      const decoded = await decodeAll(bzip2, run(['-9'], noise).stdout);
      expect(decoded).toEqual({ sizeBytes: noise.length, sha256: sha256(noise) });
    });
  },
);
