import type { DirectoryEntry, FileKind, FileNode } from '../../../src/kit.ts';
import { checkDirectoryBytes, kindOfMode } from '../shared/inode-tree.ts';
import { type Runs, readRuns } from '../shared/runs.ts';
import type { VolumeReader } from '../shared/volume-reader.ts';
import { badXfs } from './bad.ts';
import { checkXfsSum } from './checksum.ts';
import { blockNames, leafOffset, shortNames, type XfsName } from './directory.ts';
import { forkFormats, readXfsInode, type XfsInode } from './inode.ts';
import { readXfsMap } from './map.ts';
import type { XfsSuperblock } from './superblock.ts';

/** Data that every node of one file system shares. */
export interface XfsTree {
  volume: VolumeReader;
  layout: XfsSuperblock;
}

const mostTargetBytes = 1023;
const linkHeaderBytes = 56;

/** Opens an inode by number, for one lookup. */
export async function openInode({ volume, layout }: XfsTree, number: bigint): Promise<XfsInode> {
  return await readXfsInode(volume.walk(8), layout, number);
}

export class XfsNode implements FileNode {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  readonly id: string;
  readonly #tree: XfsTree;
  readonly #inode: XfsInode;
  #runs: Promise<Runs> | undefined;

  constructor(tree: XfsTree, inode: XfsInode) {
    this.#tree = tree;
    this.#inode = inode;
    this.kind = kindOfMode(inode.mode);
    this.sizeBytes = this.kind === 'directory' ? 0 : inode.sizeBytes;
    this.id = String(inode.number);
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const { sizeBytes } = this.#inode;
    return await readRuns(
      this.#tree.volume,
      await this.#map(sizeBytes),
      sizeBytes,
      position,
      length,
    );
  }

  async find(name: string): Promise<FileNode | undefined> {
    for await (const found of this.#names()) {
      if (found.name === name) return await this.#open(found);
    }
    return undefined;
  }

  async *entries(): AsyncGenerator<DirectoryEntry> {
    for await (const found of this.#names()) {
      yield { name: found.name, node: () => this.#open(found) };
    }
  }

  async target(): Promise<string> {
    const { sizeBytes, format, fork, number } = this.#inode;
    if (sizeBytes > mostTargetBytes) {
      throw badXfs('corrupt-table', `The target of the XFS link ${number} is too long`);
    }
    if (format === forkFormats.local) {
      if (sizeBytes > fork.length) throw badXfs('corrupt-table', `The XFS link ${number} is cut`);
      return fork.toString('utf8', 0, sizeBytes);
    }
    return (await this.#remoteTarget()).toString();
  }

  /** A link target in its own blocks; in version 5 each extent begins with a header. */
  async #remoteTarget(): Promise<Buffer> {
    const { layout, volume } = this.#tree;
    const { sizeBytes, number } = this.#inode;
    const { hasChecksums, blockBytes } = layout;
    if (!hasChecksums) {
      return await readRuns(volume, await this.#map(sizeBytes), sizeBytes, 0, sizeBytes);
    }
    const blocks = Math.ceil(sizeBytes / (blockBytes - linkHeaderBytes));
    const runs = await this.#map(blocks * blockBytes);
    const target = Buffer.alloc(sizeBytes);
    let end = 0;
    for (let at = 0; at < runs.length && end < sizeBytes; at += 3) {
      const extent = await volume.read(runs[at + 2] ?? 0, runs[at + 1] ?? 0);
      const length = Math.min(sizeBytes - end, extent.length - linkHeaderBytes);
      const isOwn =
        extent.toString('latin1', 0, 4) === 'XSLM' &&
        extent.readUInt32BE(4) === end &&
        extent.readUInt32BE(8) === length &&
        extent.readBigUInt64BE(32) === number;
      if (!isOwn) break;
      checkXfsSum(extent, 12, 'a link');
      extent.copy(target, end, linkHeaderBytes, linkHeaderBytes + length);
      end += length;
    }
    if (end === sizeBytes) return target;
    throw badXfs('corrupt-table', `The target of the XFS link ${number} is not whole`);
  }

  async #open({ inode }: XfsName): Promise<XfsNode> {
    return new XfsNode(this.#tree, await openInode(this.#tree, inode));
  }

  async *#names(): AsyncGenerator<XfsName> {
    const { layout, volume } = this.#tree;
    const { format, sizeBytes, number } = this.#inode;
    if (format === forkFormats.local) {
      yield* shortNames(layout, this.#inode);
      return;
    }
    const { sizeBytes: volumeBytes } = volume;
    checkDirectoryBytes(badXfs, `XFS directory ${number}`, { sizeBytes, volumeBytes });
    const { directoryBytes } = layout;
    const end = Math.min(sizeBytes, leafOffset);
    const runs = await this.#map(end);
    for (let position = 0; position < end; position += directoryBytes) {
      const block = await readRuns(
        volume,
        runs,
        position + directoryBytes,
        position,
        directoryBytes,
      );
      yield* blockNames(layout, this.#inode, block);
    }
  }

  #map(endBytes: number): Promise<Runs> {
    this.#runs ??= this.#readMap(endBytes);
    return this.#runs;
  }

  async #readMap(endBytes: number): Promise<Runs> {
    const { volume, layout } = this.#tree;
    // A block of the tree holds at least 27 extents of one block each, and the file system's size limits the number of
    // blocks.
    const blocks = Math.min(endBytes / layout.blockBytes, layout.blocks);
    const walk = volume.walk(64 + Math.ceil(blocks / 16));
    return await readXfsMap({ walk, layout, inode: this.#inode, endBytes });
  }
}
