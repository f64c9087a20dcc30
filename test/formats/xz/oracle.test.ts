import { xz } from '../../../formats/xz.ts';
import { join } from '../lz4/fixtures.ts';
import { commandAgrees, type RunCommand } from '../shared/command-agrees.ts';
import { diskLikeBytes } from '../shared/decoding.ts';
import { makeXz } from './make-xz.ts';

const checks = ['none', 'crc32', 'crc64', 'sha256'];
const parts = [diskLikeBytes(70_000, 1), new Uint8Array(0), diskLikeBytes(30_000, 2)];
const content = join(...parts);
const stated = { statedSizes: { compressed: 0, uncompressed: 0 } };

/** Streams of every check, padding between and after them. */
function padded(run: RunCommand): Uint8Array {
  const streams = parts.map((part, i) => run([`--check=${checks[i + 1]}`], part).stdout);
  return join(...streams.flatMap((stream) => [stream, new Uint8Array(4)]));
}

commandAgrees({
  codec: xz,
  command: 'xz',
  always: ['-q', '-c'],
  written: {
    options: [
      ...checks.map((check) => `--check=${check} -0 -T2 --block-size=64KiB`),
      '-1 --block-list=1,70000,0',
      '--x86 --lzma2=preset=1',
    ],
    rounds: 1,
    longest: 200_000,
  },
  read: [
    { name: 'streams of every check with padding between and behind them', file: padded, content },
    { name: 'a stream that is made here', file: () => makeXz(parts), content },
    { name: 'blocks that state their sizes', file: () => makeXz(parts, stated), content },
    {
      name: 'an empty stream behind another',
      file: () => join(makeXz(parts), makeXz([])),
      content,
    },
  ],
  damaged: checks.map((check) => ({
    name: `files with the check ${check}`,
    file: (run) => {
      const made = run([`--check=${check}`, '--block-size=16KiB'], content.subarray(0, 40_000));
      return join(made.stdout, new Uint8Array(4), makeXz([]));
    },
    rounds: 24,
    // Headers and index are chosen as often as the rest.
    at: (next, fileBytes, round) =>
      [next(fileBytes), next(64), fileBytes - 1 - next(150)][round % 3] ?? 0,
  })),
});
