import assert from 'node:assert/strict';
import type { VolumeFormat, VolumeTable } from '../../contracts/file-system.ts';
import { defineFormat } from '../../kit/define.ts';
import type { CaseOf } from './case.ts';
import {
  assertBytes,
  assertDetects,
  assertTyped,
  changedVolumes,
  cutsOf,
  rejectionOf,
  TrialVolume,
  volumeContext,
} from './trial-volume.ts';

/** A disk with a partition table or logical volumes, and the volumes on it. */
export interface VolumesSample {
  name?: string | undefined;
  bytes: Uint8Array;
  /** Content of each volume by its name: `p1`, `group/root`. */
  volumes: Record<string, Uint8Array>;
}

export interface VolumesSubject {
  format: VolumeFormat;
  sample: VolumesSample;
}

/** The requirements for every volume format. */
export const volumeCases: readonly CaseOf<VolumesSubject>[] = [
  {
    id: 'volumes/describes-itself',
    title: 'has the shape of a volume format',
    run: async ({ format }) => void defineFormat(format),
  },
  {
    id: 'volumes/detects',
    title: 'detects its own disks, and never throws',
    async run({ format, sample }) {
      assertDetects(format, sample.bytes, 'its own disk is not detected');
    },
  },
  {
    id: 'volumes/finds-no-table',
    title: 'finds no table on a disk of zeros',
    async run({ format }) {
      const disk = new TrialVolume(new Uint8Array(1024 * 1024));
      assert.equal(await format.open(disk, volumeContext()), undefined);
    },
  },
  {
    id: 'volumes/names',
    title: 'names the volumes, each once, with their lengths',
    async run(subject) {
      const { volumes } = await openTable(subject);
      const found = volumes.map(({ name, sizeBytes }) => [name, sizeBytes]);
      const wanted = Object.entries(subject.sample.volumes);
      const lengths = wanted.map(([name, { length }]) => [name, length]);
      assert.deepEqual(found.sort(), lengths.sort());
    },
  },
  {
    id: 'volumes/reads',
    title: 'reads the volumes whole and by ranges, short at their end only',
    async run(subject) {
      const { volumes } = await openTable(subject);
      for (const { name, source } of volumes) {
        const wanted = subject.sample.volumes[name] ?? new Uint8Array();
        for (const part of [0, 0.25, 0.5, 0.99, 1]) {
          const at = Math.floor(wanted.length * part);
          const found = await source.read(at, wanted.length);
          assertBytes(found, wanted.subarray(at), `${name} from ${at}`);
        }
        assertBytes(await source.read(0, 7), wanted.subarray(0, 7), `the start of ${name}`);
        assert.equal(source.sizeBytes, wanted.length, `the length of ${name}`);
      }
    },
  },
  {
    id: 'volumes/refuses-what-is-cut',
    title: 'gives the right bytes of a disk that is cut, or a typed error',
    async run(subject) {
      for (const length of cutsOf(subject.sample.bytes)) {
        const what = `cut to ${length} bytes`;
        await readAll(subject, subject.sample.bytes.slice(0, length), what, (name, found) => {
          const wanted = subject.sample.volumes[name];
          if (wanted !== undefined) assertBytes(found, wanted, `${name}, ${what}`);
        });
      }
    },
  },
  {
    id: 'volumes/refuses-what-is-changed',
    title: 'answers a changed byte with a typed error at most',
    async run(subject) {
      for (const { bytes, place } of changedVolumes(subject.sample.bytes)) {
        await readAll(subject, bytes, `byte ${place} changed`, () => {});
      }
    },
  },
  {
    id: 'volumes/passes-failures-on',
    title: 'passes on the error of a disk that cannot be read',
    async run({ format, sample }) {
      const failure = new Error('no medium');
      const disk = new TrialVolume(sample.bytes);
      const { read } = disk;
      disk.read = () => Promise.reject(failure);
      assert.equal(await rejectionOf(format.open(disk, volumeContext())), failure);
      disk.read = read;
      const table = await format.open(disk, volumeContext());
      disk.read = () => Promise.reject(failure);
      for (const { source } of table?.volumes ?? []) {
        assert.equal(await rejectionOf(source.read(0, 512)), failure);
      }
    },
  },
];

async function openTable({ format, sample }: VolumesSubject): Promise<VolumeTable> {
  const table = await format.open(new TrialVolume(sample.bytes), volumeContext());
  assert.ok(table !== undefined, 'it finds no table on its own disk');
  return table;
}

/** Reads every volume of a disk; each must give its bytes or a typed error. */
async function readAll(
  { format }: VolumesSubject,
  bytes: Uint8Array,
  what: string,
  onRead: (name: string, found: Uint8Array) => void,
): Promise<void> {
  const typed = (error: unknown): undefined => {
    assertTyped(error, what);
    return undefined;
  };
  const table = await format.open(new TrialVolume(bytes), volumeContext()).catch(typed);
  for (const { name, sizeBytes, source } of table?.volumes ?? []) {
    // A changed table may state any length for a volume.
    const found = await source.read(0, Math.min(sizeBytes, bytes.length)).catch(typed);
    if (found !== undefined) onRead(name, found);
  }
}
