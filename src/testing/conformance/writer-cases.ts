import assert from 'node:assert/strict';
import { isImageError } from '../../errors.ts';
import { defineWriter } from '../../kit/define.ts';
import { isZeros } from '../../kit/is-zeros.ts';
import type { CaseOf } from './case.ts';
import {
  readTrial,
  TrialDisk,
  TrialFile,
  trialOptions,
  type WriterSubject,
  writeTrial,
} from './writer-subject.ts';

const MiB = 1024 * 1024;
/** Allowed bytes besides the data: tables, headers, and the rest of blocks that hold data. */
const roomBytes = 16 * MiB;

/** A disk with data at both ends, across the end of a MiB, and isolated. */
function someDisk(virtualSize = 9 * MiB + 512): TrialDisk {
  return new TrialDisk(virtualSize, [0, 2 * MiB - 4096, 5 * MiB, virtualSize - 600]);
}

/** The requirements for every writer. */
export const writerCases: readonly CaseOf<WriterSubject>[] = [
  {
    id: 'writer/describes-itself',
    title: 'has the shape of a writer',
    run: async ({ writer }) => void defineWriter(writer),
  },
  {
    id: 'writer/reads-back',
    title: 'writes disks of any size, which read back equal; zeros may follow',
    async run(subject) {
      for (const size of [9 * MiB + 512, MiB, 512, 5 * MiB + 4096]) {
        const places = [0, 2 * MiB - 4096, 5 * MiB, size - 600].filter(
          (at) => at >= 0 && at < size,
        );
        const disk = new TrialDisk(size, places);
        const content = await disk.read(0, size);
        const file = await writeTrial(subject, disk, new TrialFile());
        const found = await readTrial(subject, file.content());
        assert.ok(found.length >= size, `the disk has ${found.length} bytes instead of ${size}`);
        const at = content.findIndex((byte, index) => byte !== found[index]);
        assert.equal(at, -1, `the disk of ${size} bytes differs at ${at}`);
        assert.ok(isZeros(found, size, found.length), 'what follows the disk is not zeros');
      }
    },
  },
  {
    id: 'writer/same-bytes',
    title: 'writes the same disk the same way twice',
    async run(subject) {
      const one = await writeTrial(subject, someDisk(), new TrialFile());
      // More than a second, so that a timestamp in the file would differ.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const two = await writeTrial(subject, someDisk(), new TrialFile());
      assert.equal(Buffer.compare(one.content(), two.content()), 0, 'the files differ');
    },
  },
  {
    id: 'writer/leaves-holes',
    title: 'neither reads nor writes the zeros of a large, empty disk',
    async run(subject) {
      const size = Math.min(8 * 1024 * MiB, subject.sample.maxBytes ?? Infinity);
      const disk = new TrialDisk(size, [0, size / 2]);
      const file = await writeTrial(subject, disk, new TrialFile());
      assert.ok(disk.readBytes <= roomBytes * 4, `${disk.readBytes} bytes were read`);
      assert.ok(file.writtenBytes <= roomBytes, `${file.writtenBytes} bytes were written`);
    },
  },
  {
    id: 'writer/writes-once',
    title: 'writes no byte twice',
    async run(subject) {
      const { writes } = await writeTrial(subject, someDisk(), new TrialFile());
      let end = 0;
      for (const { position, bytes } of writes.toSorted((a, b) => a.position - b.position)) {
        assert.ok(position >= end, `byte ${position} was written before`);
        end = position + bytes.length;
      }
    },
  },
  {
    id: 'writer/aborts',
    title: 'ends with the reason of the caller, and writes nothing more',
    async run(subject) {
      const reason = new Error('no longer wanted');
      const controller = new AbortController();
      const disk = new TrialDisk(
        256 * MiB,
        Array.from({ length: 64 }, (_, index) => index * 4 * MiB),
      );
      const { read } = disk;
      let reads = 0;
      disk.read = async (position, length) => {
        reads += 1;
        if (reads === 3) controller.abort(reason);
        return await read(position, length);
      };
      const file = new TrialFile();
      assert.equal(await failureOf(writeTrial(subject, disk, file, controller.signal)), reason);
      assert.ok(disk.readBytes < 128 * MiB, `${disk.readBytes} bytes were read all the same`);
      const { writtenBytes } = file;
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(file.writtenBytes, writtenBytes, 'it goes on after its end');
    },
  },
  {
    id: 'writer/passes-failures-on',
    title: 'passes on the error of a disk that cannot be read, and of a file system that is full',
    async run(subject) {
      const failure = new Error('no room or no medium');
      const unreadable = someDisk();
      unreadable.read = () => Promise.reject(failure);
      assert.equal(await failureOf(writeTrial(subject, unreadable, new TrialFile())), failure);
      const full = new TrialFile();
      full.write = () => Promise.reject(failure);
      assert.equal(await failureOf(writeTrial(subject, someDisk(), full)), failure);
    },
  },
  {
    id: 'writer/refuses-what-is-too-large',
    title: 'refuses a disk that the format cannot hold, with a typed error',
    when: ({ sample }) => sample.maxBytes !== undefined,
    async run({ writer, sample }) {
      const { maxBytes = 0 } = sample;
      const options = trialOptions(writer, sample);
      await writer.check({ virtualSize: maxBytes }, options);
      const error = await failureOf(writer.check({ virtualSize: maxBytes + 1 }, options));
      assert.ok(isImageError(error), 'the error is not typed');
      assert.notEqual(error.hint, '', 'the error has no hint');
    },
  },
];

function failureOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => assert.fail('it ended well'),
    (error: unknown) => error,
  );
}
