import type { DirectoryEntry, FileKind, FileNode } from '../../../src/kit.ts';
import { checkDirectoryBytes, kindOfMode } from '../shared/inode-tree.ts';
import { type Runs, readRuns } from '../shared/runs.ts';
import type { VolumeReader, Walk } from '../shared/volume-reader.ts';
import { badExt } from './bad.ts';
import { type NamedInode, namesIn } from './directory.ts';
import { attributeValue, readInlineData } from './inline-data.ts';
import { type Inode, inodeFlags, readInode } from './inode.ts';
import { type MapWalk, readExtents, readPointers } from './map.ts';
import type { Superblock } from './superblock.ts';

/** Data that every node of one file system shares. */
export interface ExtTree {
  volume: VolumeReader;
  layout: Superblock;
}

const mostTargetBytes = 4095;
const inMap = 60;

/** A reader for one lookup. */
export function walkFor({ volume }: ExtTree): Walk {
  return volume.walk(10_000);
}

export class ExtNode implements FileNode {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  readonly id: string;
  readonly #tree: ExtTree;
  readonly #inode: Inode;
  #runs: Promise<Runs> | undefined;

  constructor(tree: ExtTree, inode: Inode) {
    this.#tree = tree;
    this.#inode = inode;
    this.kind = kindOfMode(inode.mode);
    this.sizeBytes = this.kind === 'directory' ? 0 : inode.sizeBytes;
    this.id = String(inode.number);
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    this.#refuseEncrypted();
    const { flags, sizeBytes } = this.#inode;
    if ((flags & inodeFlags.inline) !== 0) {
      return readInlineData(this.#inode).subarray(position, position + length);
    }
    return await readRuns(this.#tree.volume, await this.#map(), sizeBytes, position, length);
  }

  async find(name: string): Promise<FileNode | undefined> {
    let folded: NamedInode | undefined;
    for await (const found of this.#names()) {
      if (found.name === name) return await this.#open(found);
      if (this.#has(inodeFlags.casefold) && isSameFolded(found.name, name)) folded ??= found;
    }
    return folded === undefined ? undefined : await this.#open(folded);
  }

  async *entries(): AsyncGenerator<DirectoryEntry> {
    for await (const found of this.#names()) {
      yield { name: found.name, node: () => this.#open(found) };
    }
  }

  async target(): Promise<string> {
    this.#refuseEncrypted();
    const { sizeBytes, sectors, attributeBlock, map, number } = this.#inode;
    if (sizeBytes > mostTargetBytes) {
      throw badExt('corrupt-table', `The target of the ext link ${number} is too long`);
    }
    const { blockBytes } = this.#tree.layout;
    const dataSectors = sectors - (attributeBlock === 0 ? 0 : blockBytes / 512);
    const isFast = sizeBytes < inMap && !this.#has(inodeFlags.extents) && dataSectors <= 0;
    const bytes = isFast ? map.subarray(0, sizeBytes) : await this.read(0, sizeBytes);
    return Buffer.from(bytes).toString();
  }

  async #open({ inode }: NamedInode): Promise<ExtNode> {
    return new ExtNode(this.#tree, await readInode(walkFor(this.#tree), this.#tree.layout, inode));
  }

  async *#names(): AsyncGenerator<NamedInode> {
    this.#refuseEncrypted();
    const { hasFileTypes, blockBytes } = this.#tree.layout;
    const { sizeBytes, map, bytes, number } = this.#inode;
    if (this.#has(inodeFlags.inline)) {
      // The first four bytes are the inode of the parent.
      for (const part of [map.subarray(4), attributeValue(bytes, number)]) {
        yield* namesIn({ bytes: part, hasFileTypes });
      }
      return;
    }
    const { sizeBytes: volumeBytes } = this.#tree.volume;
    checkDirectoryBytes(badExt, `ext directory ${number}`, { sizeBytes, volumeBytes });
    const runs = await this.#map();
    for (let position = 0; position < sizeBytes; position += blockBytes) {
      const block = await readRuns(this.#tree.volume, runs, sizeBytes, position, blockBytes);
      yield* namesIn({ bytes: block, hasFileTypes });
    }
  }

  #map(): Promise<Runs> {
    this.#runs ??= this.#readMap();
    return this.#runs;
  }

  async #readMap(): Promise<Runs> {
    const { volume, layout } = this.#tree;
    const { sizeBytes, map } = this.#inode;
    const wantedBlocks = Math.ceil(sizeBytes / layout.blockBytes);
    if (wantedBlocks > 2 ** 32) throw badExt('corrupt-table', `An ext file has ${sizeBytes} bytes`);
    // A block of pointers or extents holds at least 64 of them, and the file system's size limits the number of blocks.
    const blocks = Math.min(wantedBlocks, layout.blocks);
    const at: MapWalk = {
      walk: volume.walk(64 + Math.ceil(blocks / 64)),
      layout,
      wantedBlocks,
    };
    return this.#has(inodeFlags.extents) ? await readExtents(at, map) : await readPointers(at, map);
  }

  #has(flag: number): boolean {
    return (this.#inode.flags & flag) !== 0;
  }

  #refuseEncrypted(): void {
    if (!this.#has(inodeFlags.encrypted)) return;
    throw badExt('encrypted', `The ext inode ${this.#inode.number} is encrypted`, {
      hint: 'Read it on a system that has the key.',
    });
  }
}

function isSameFolded(left: string, right: string): boolean {
  return left.normalize('NFD').toLowerCase() === right.normalize('NFD').toLowerCase();
}
