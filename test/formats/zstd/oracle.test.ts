import { zstdCompressSync } from 'node:zlib';
import { zstd } from '../../../formats/zstd.ts';
import { join, skippable } from '../lz4/fixtures.ts';
import { commandAgrees } from '../shared/command-agrees.ts';
import { diskLikeBytes } from '../shared/decoding.ts';

const parts = [diskLikeBytes(300_000, 1), new Uint8Array(0), diskLikeBytes(70_000, 2)];
const content = join(...parts);

/** Frames with skippable ones before, between and after them. */
function withSkippable(): Uint8Array {
  const [first, second, third] = parts.map((part) => zstdCompressSync(part));
  return join(
    ...[skippable(5), first ?? [], skippable(0, 7), second ?? []],
    ...[skippable(200_000, 15), third ?? [], skippable(9, 14)],
  );
}

commandAgrees({
  codec: zstd,
  command: 'zstd',
  always: ['-q', '-c'],
  written: {
    options: ['-1', '-19', '--fast=5', '-3 --no-check', '-3 -T2 --rsyncable', '--long=27'],
    rounds: 3,
    longest: 900_000,
  },
  read: [
    {
      name: 'frames that it wrote one by one',
      file: (run) => join(...parts.map((part, i) => run([`-${1 + i * 9}`], part).stdout)),
      content,
    },
    { name: 'frames with skippable ones around them', file: withSkippable, content },
  ],
  damaged: [
    {
      name: 'files',
      file: (run) =>
        join(run(['-3'], diskLikeBytes(30_000)).stdout, skippable(20), run([], content).stdout),
      rounds: 80,
      // The headers of the first frame are chosen as often as the rest.
      at: (next, fileBytes, round) => next(round % 2 === 0 ? fileBytes : 40),
    },
  ],
});
