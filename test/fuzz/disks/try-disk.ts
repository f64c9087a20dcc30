import type { DiskFiles } from '../../../src/contracts/disk/opened-disk.ts';
import { readLoaderArches, readProgramArch } from '../../../src/disk/read-arches.ts';
import { type ReadDisk, readDisk } from '../../../src/disk/read-disk.ts';
import { builtIns, isImageError } from '../../../src/index.ts';
import type { ByteSource, FileSystemContext } from '../../../src/kit.ts';
import { isFileSystem, isVolumeFormat } from '../../../src/parts/format-kinds.ts';
import type { ChangedDisk } from './changed-disk.ts';

const MiB = 1024 * 1024;
const parts = {
  fileSystems: builtIns.formats.filter(isFileSystem),
  volumeFormats: builtIns.formats.filter(isVolumeFormat),
};
/** Limits for one question to one disk: opening it, listing a directory, a piece of a file. Seeds are small. */
const most = { reads: 30_000, bytes: 128 * MiB };
/** Limits for one disk, so that a loop of directories ends. */
const mostPlaces = 30;
const mostNames = 100;

/** `accepted`, or the codes of the errors; a rejection is a defect of the reader. */
export type Verdict = string;

/** The reads of a disk, in order. */
export type Trace = (position: number, length: number) => void;

/** Opens a disk and reads its content, within limits for reads and bytes. */
export async function tryDisk(disk: ChangedDisk, trace: Trace = () => {}): Promise<Verdict> {
  const budget = new Budget();
  const source: ByteSource = {
    sizeBytes: disk.sizeBytes,
    readyBytes: disk.sizeBytes,
    grown: async () => {},
    async read(position, length) {
      budget.take(length);
      if (length < 0 || !Number.isSafeInteger(position)) throw new Error(`read at ${position}`);
      trace(position, length);
      return disk.read(position, length);
    },
    stream: () => {
      throw new Error('a reader asks for all of the disk');
    },
  };
  const context: FileSystemContext = { signal: new AbortController().signal, log: () => {} };
  const refusals = new Set<string>();
  const ask = async <T>(question: () => Promise<T>): Promise<T | undefined> => {
    budget.begin();
    try {
      return await question();
    } catch (error) {
      if (!isImageError(error) || error.code === 'ERR_PLUGIN') throw error;
      // Not every disk has a root.
      if (error.code !== 'ERR_NOT_FOUND') refusals.add(error.code);
      return undefined;
    } finally {
      budget.check();
    }
  };
  const opened = await ask(() => readDisk(source, parts, context));
  if (opened === undefined) return [...refusals].join(' ');
  const { volumes } = opened.content;
  const root = await ask(() => opened.files());
  if (root !== undefined) {
    await ask(() => root.read('/etc/os-release'));
    await ask(() => readProgramArch(root));
  }
  await ask(() => readLoaderArches(opened));
  await ask(() => readBootFiles(opened));
  for (const { name, fileSystem } of volumes) {
    if (fileSystem === undefined) continue;
    const files = await ask(() => opened.files(name));
    if (files !== undefined) await walk(files, ask);
    if (fileSystem.id !== 'btrfs') continue;
    const subvolume = await ask(() => opened.files(`${name}@root`));
    if (subvolume !== undefined) await walk(subvolume, ask);
  }
  return refusals.size === 0 ? 'accepted' : [...refusals].sort().join(' ');
}

type Ask = <T>(question: () => Promise<T>) => Promise<T | undefined>;

async function walk(files: DiskFiles, ask: Ask): Promise<void> {
  const directories = ['/'];
  let names = 0;
  for (let place = 0; place < Math.min(directories.length, mostPlaces); place += 1) {
    const directory = directories[place] ?? '/';
    for (const { name, kind } of (await ask(() => files.list(directory))) ?? []) {
      names += 1;
      if (names > mostNames) return;
      const path = `${directory === '/' ? '' : directory}/${name}`;
      if (kind === 'directory') directories.push(path);
      if (kind === 'link') await ask(() => files.readlink(path));
      if (kind === 'file') await ask(() => readEnds(files, path));
    }
  }
}

/** The boot files of the disk, and the first bytes of its kernel and initrds. */
async function readBootFiles(disk: ReadDisk): Promise<void> {
  const { entry } = await disk.boot();
  for (const file of [entry.kernel, ...entry.initrd]) await (await file.open()).read(0, 65_536);
}

/** The start of a file, its middle and its end. */
async function readEnds(files: DiskFiles, path: string): Promise<void> {
  const { sizeBytes, read } = await files.open(path);
  const places = [0, Math.floor(sizeBytes / 2), Math.max(0, sizeBytes - 4096)];
  for (const position of places) {
    const bytes = await read(position, 65_536);
    const wanted = Math.min(65_536, sizeBytes - position);
    if (bytes.length !== wanted) throw new Error(`${path}: ${bytes.length} bytes for ${wanted}`);
  }
}

/** Counts the reads for one question. A reader may catch the error thrown here, so it is checked at the end as well. */
class Budget {
  #reads = 0;
  #bytes = 0;

  begin(): void {
    this.#reads = 0;
    this.#bytes = 0;
  }

  take(length: number): void {
    this.#reads += 1;
    this.#bytes += length;
    this.check();
  }

  check(): void {
    if (this.#reads <= most.reads && this.#bytes <= most.bytes) return;
    throw new Error(`one question needs ${this.#reads} reads of ${this.#bytes} bytes`);
  }
}
