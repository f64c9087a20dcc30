import type { DirectoryEntry, FileKind, FileNode } from '../../../src/kit.ts';
import { type Runs, readRuns } from '../shared/runs.ts';
import type { VolumeReader } from '../shared/volume-reader.ts';
import { badFat } from './bad.ts';
import type { BootSector } from './boot-sector.ts';
import { readChain } from './chain.ts';
import { type FatEntry, foldName, parseDirectory } from './directory.ts';

/** Data that every node of one volume shares. */
export interface FatTree {
  volume: VolumeReader;
  layout: BootSector;
}

const mostDirectoryBytes = 2 * 1024 * 1024;

/** The root as an entry, because FAT stores none for it. */
export const rootEntry: FatEntry = {
  name: '',
  shortName: '',
  isDirectory: true,
  cluster: 0,
  sizeBytes: 0,
};

export class FatNode implements FileNode {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  readonly id: string;
  readonly #tree: FatTree;
  readonly #entry: FatEntry;
  #runs: Promise<Runs> | undefined;

  constructor(tree: FatTree, entry: FatEntry, place: string) {
    this.#tree = tree;
    this.#entry = entry;
    this.kind = entry.isDirectory ? 'directory' : 'file';
    this.sizeBytes = entry.isDirectory ? 0 : entry.sizeBytes;
    // An empty file has no cluster that could identify it.
    this.id = place;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const { volume } = this.#tree;
    this.#runs ??= this.#map();
    return await readRuns(volume, await this.#runs, this.sizeBytes, position, length);
  }

  async find(name: string): Promise<FileNode | undefined> {
    const wanted = foldName(name);
    for (const entry of await this.#list()) {
      if (foldName(entry.name) === wanted || foldName(entry.shortName) === wanted) {
        return this.#child(entry);
      }
    }
    return undefined;
  }

  async *entries(): AsyncGenerator<DirectoryEntry> {
    for (const entry of await this.#list()) {
      yield { name: entry.name, node: async () => this.#child(entry) };
    }
  }

  async target(): Promise<string> {
    throw badFat('not-a-file', 'FAT has no links');
  }

  #child(entry: FatEntry): FatNode {
    return new FatNode(this.#tree, entry, `${this.id}/${foldName(entry.name)}`);
  }

  async #map(): Promise<Runs> {
    const { layout, volume } = this.#tree;
    const mostClusters = Math.ceil(this.sizeBytes / layout.clusterBytes);
    if (mostClusters > layout.clusters) {
      throw badFat(
        'corrupt-table',
        `A FAT file claims ${this.sizeBytes} bytes, more than the volume`,
      );
    }
    if (mostClusters === 0) return [];
    const walk = volume.walk(mostClusters + 64);
    return await readChain(walk, layout, this.#entry.cluster, { mostClusters, isOpen: false });
  }

  async #list(): Promise<FatEntry[]> {
    const { layout, volume } = this.#tree;
    const isRoot = this.#entry === rootEntry || this.#entry.cluster === 0;
    if (isRoot && layout.bits !== 32) {
      return [...parseDirectory(await volume.read(layout.rootAt, layout.rootBytes))];
    }
    const first = isRoot ? layout.rootCluster : this.#entry.cluster;
    const mostClusters = Math.ceil(mostDirectoryBytes / layout.clusterBytes);
    const walk = volume.walk(mostClusters + 64);
    const runs = await readChain(walk, layout, first, { mostClusters, isOpen: true });
    const length = (runs.at(-3) ?? 0) + (runs.at(-2) ?? 0);
    return [...parseDirectory(await readRuns(volume, runs, length, 0, length))];
  }
}
