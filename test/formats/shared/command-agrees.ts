import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Codec, DefectReason } from '../../../src/kit.ts';
import { changed } from '../lz4/fixtures.ts';
import { decodeAll, diskLikeBytes, refusalOf, sequence, sha256 } from './decoding.ts';

/** Runs the command with these arguments; its output is in `stdout`. */
export type RunCommand = (args: string[], input: Uint8Array) => SpawnSyncReturns<Buffer>;

/** A codec to compare with the command for its format. */
export interface CommandPeer {
  codec: Codec;
  command: string;
  /** Arguments of every run. */
  always: string[];
  /** The output for each list of options is decoded: `rounds` contents of up to `longest` bytes. */
  written: { options: string[]; rounds: number; longest: number };
  /** Files that it reads as the same content. */
  read: { name: string; file: (run: RunCommand) => Uint8Array; content: Uint8Array }[];
  /** Files with one changed bit: either both refuse one, or both read the same. */
  damaged: {
    name: string;
    file: (run: RunCommand) => Uint8Array;
    rounds: number;
    /** The place of the bit. */
    at: (next: (below: number) => number, fileBytes: number, round: number) => number;
    /** If it is refused here for this reason, the command may do anything. */
    alone?: DefectReason;
  }[];
}

/** Files are exchanged in both directions, and damaged ones are treated the same. */
export function commandAgrees(
  { codec, command, always, written, read, damaged }: CommandPeer,
  more: (run: RunCommand) => void = () => {},
): void {
  const isInstalled = spawnSync(command, ['--help']).status === 0;
  const run: RunCommand = (args, input) =>
    spawnSync(command, [...always, ...args], { input, maxBuffer: 2 ** 26 });

  describe.skipIf(!isInstalled)(`agrees with the ${command} command`, () => {
    test.each(written.options)('on its output with %s', async (list) => {
      const next = sequence(list.length);
      for (let round = 0; round < written.rounds; round += 1) {
        const length = round === 0 ? written.longest : next(written.longest);
        const bytes = diskLikeBytes(length, list.length * 100 + round + 1);
        const made = run(list.split(' '), bytes);
        expect(made.status).toBe(0);
        const decoded = await decodeAll(codec, made.stdout);
        expect(decoded).toEqual({ sizeBytes: bytes.length, sha256: sha256(bytes) });
      }
    });

    test.each(read)('on $name', async ({ file, content }) => {
      const bytes = file(run);
      const theirs = run(['-d'], bytes);
      expect([theirs.status, sha256(theirs.stdout)]).toEqual([0, sha256(content)]);
      expect((await decodeAll(codec, bytes)).sha256).toBe(sha256(content));
    });

    test.each(damaged)('on damaged $name', async ({ name, file, rounds, at, alone }) => {
      const next = sequence(name.length * 31);
      const bytes = file(run);
      for (let round = 0; round < rounds; round += 1) {
        const place = at(next, bytes.length, round);
        const wrong = changed(bytes, place, (bytes[place] ?? 0) ^ (1 << next(8)));
        const theirs = run(['-d'], wrong);
        const ours = await decodeAll(codec, wrong).catch((error) =>
          refusalOf(Promise.reject(error)),
        );
        if (ours === alone) continue;
        const label = `byte ${place}`;
        if (typeof ours === 'string') expect(theirs.status, `${label}: ${ours}`).not.toBe(0);
        else expect([theirs.status, sha256(theirs.stdout)], label).toEqual([0, ours.sha256]);
      }
    });

    more(run);
  });
}
