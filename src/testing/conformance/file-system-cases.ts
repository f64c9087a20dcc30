import assert from 'node:assert/strict';
import type { FileSystem } from '../../contracts/file-system.ts';
import { isImageError } from '../../errors.ts';
import { defineFormat } from '../../kit/define.ts';
import type { CaseOf } from './case.ts';
import {
  directoriesOf,
  type FileSystemSubject,
  nodeAt,
  openSample,
} from './file-system-subject.ts';
import {
  assertBytes,
  assertDetects,
  assertTyped,
  changedVolumes,
  cutsOf,
  headOf,
  rejectionOf,
  TrialVolume,
  volumeContext,
} from './trial-volume.ts';

/** The requirements for every file system format. */
export const fileSystemCases: readonly CaseOf<FileSystemSubject>[] = [
  {
    id: 'filesystem/describes-itself',
    title: 'has the shape of a file system',
    run: async ({ format }) => void defineFormat(format),
  },
  {
    id: 'filesystem/detects',
    title: 'detects its own volumes, not zeros, and never throws',
    async run({ format, sample }) {
      assertDetects(format, sample.bytes, 'its own volume is not detected');
      if (sample.unmarked === true) return;
      const zeros = new Uint8Array(128 * 1024);
      assert.equal(format.detect(headOf(zeros)), false, 'zeros are detected');
    },
  },
  {
    id: 'filesystem/reads',
    title: 'reads its files whole and by ranges, short at their end only',
    async run(subject) {
      const opened = await openSample(subject);
      for (const [path, wanted] of Object.entries(subject.sample.files)) {
        const mostBytes = wanted.length;
        assertBytes(await opened.read(path, { mostBytes }), wanted, path);
        const file = await opened.open(path);
        assert.equal(file.sizeBytes, wanted.length, `the length of ${path}`);
        for (const part of [0, 0.3, 0.5, 0.9, 1]) {
          const at = Math.floor(wanted.length * part);
          assertBytes(
            await file.read(at, 1000),
            wanted.subarray(at, at + 1000),
            `${path} from ${at}`,
          );
        }
        const pieces: Uint8Array[] = [];
        for await (const piece of file.stream()) pieces.push(piece);
        assertBytes(Buffer.concat(pieces), wanted, `${path} as a stream`);
      }
    },
  },
  {
    id: 'filesystem/lists',
    title: 'lists what is in a directory, without . and .., each name once and with its kind',
    async run(subject) {
      const opened = await openSample(subject);
      for (const [directory, names] of directoriesOf(subject.sample)) {
        const node = await nodeAt(opened, directory);
        assert.equal(node?.kind, 'directory', directory);
        const found: string[] = [];
        for await (const entry of node?.entries() ?? []) {
          found.push(entry.name);
          const { kind, sizeBytes } = await entry.node();
          const path = `${directory === '/' ? '' : directory}/${entry.name}`;
          const file = subject.sample.files[path];
          if (file === undefined) continue;
          assert.deepEqual({ kind, sizeBytes }, { kind: 'file', sizeBytes: file.length }, path);
        }
        assert.equal(new Set(found).size, found.length, `a name is twice in ${directory}`);
        assert.ok(!found.includes('.') && !found.includes('..'), `${directory} lists . or ..`);
        for (const name of names) assert.ok(found.includes(name), `${name} is not in ${directory}`);
      }
    },
  },
  {
    id: 'filesystem/finds',
    title: 'finds nothing under a name that is not there',
    async run(subject) {
      const opened = await openSample(subject);
      assert.equal(await opened.root.find('no-such-name'), undefined);
      const error = await rejectionOf(opened.read('/no-such-name'));
      assert.ok(isImageError(error) && error.code === 'ERR_NOT_FOUND', String(error));
    },
  },
  {
    id: 'filesystem/links',
    title: 'tells where links point, and does not follow them itself',
    when: ({ sample }) => Object.keys(sample.links ?? {}).length > 0,
    async run(subject) {
      const opened = await openSample(subject);
      for (const [path, target] of Object.entries(subject.sample.links ?? {})) {
        const node = await nodeAt(opened, path);
        assert.equal(node?.kind, 'link', path);
        assert.equal(await node?.target(), target, path);
      }
    },
  },
  {
    id: 'filesystem/tells-files-apart',
    title: 'gives a file the same id each time, and two files different ones',
    async run(subject) {
      const opened = await openSample(subject);
      const ids = new Set<string>();
      const paths = Object.keys(subject.sample.files);
      for (const path of paths) {
        const id = (await nodeAt(opened, path))?.id ?? '';
        assert.equal((await nodeAt(opened, path))?.id, id, `the id of ${path} changes`);
        ids.add(id);
      }
      assert.equal(ids.size, paths.length, 'two files have one id');
    },
  },
  {
    id: 'filesystem/refuses-what-is-cut',
    title: 'gives the right bytes of a volume that is cut, or a typed error',
    async run(subject) {
      for (const length of cutsOf(subject.sample.bytes)) {
        const what = `cut to ${length} bytes`;
        await readAll(subject, subject.sample.bytes.slice(0, length), what, (path, found) => {
          assertBytes(found, subject.sample.files[path] ?? new Uint8Array(), `${path}, ${what}`);
        });
      }
    },
  },
  {
    id: 'filesystem/refuses-what-is-changed',
    title: 'answers a changed byte with a typed error at most',
    async run(subject) {
      for (const { bytes, place } of changedVolumes(subject.sample.bytes)) {
        await readAll(subject, bytes, `byte ${place} changed`, () => {});
      }
    },
  },
  {
    id: 'filesystem/aborts',
    title: 'ends with the reason of the caller',
    async run({ format, sample }) {
      const reason = new Error('no longer wanted');
      const volume = new TrialVolume(sample.bytes);
      const signal = AbortSignal.abort(reason);
      const error = await rejectionOf(readEach(format.open(volume, volumeContext(signal)), sample));
      assert.equal(error, reason);
    },
  },
  {
    id: 'filesystem/passes-failures-on',
    title: 'passes on the error of a disk that cannot be read',
    async run({ format, sample }) {
      const failure = new Error('no medium');
      const volume = new TrialVolume(sample.bytes);
      const opened = await format.open(volume, volumeContext());
      volume.read = () => Promise.reject(failure);
      assert.equal(await rejectionOf(readEach(Promise.resolve(opened), sample)), failure);
      assert.equal(await rejectionOf(format.open(volume, volumeContext())), failure);
    },
  },
];

/** Reads every file of the sample; each must give its bytes or a typed error. */
async function readAll(
  subject: FileSystemSubject,
  bytes: Uint8Array,
  what: string,
  onRead: (path: string, found: Uint8Array) => void,
): Promise<void> {
  const typed = (error: unknown): undefined => {
    assertTyped(error, what);
    return undefined;
  };
  const opened = await openSample(subject, bytes).catch(typed);
  for (const path of Object.keys(subject.sample.files)) {
    const found = await opened?.read(path).catch(typed);
    if (found !== undefined) onRead(path, found);
  }
}

async function readEach(
  opening: Promise<FileSystem>,
  { files }: FileSystemSubject['sample'],
): Promise<void> {
  const opened = await opening;
  for (const [path, { length }] of Object.entries(files)) {
    await opened.read(path, { mostBytes: length });
  }
}
