import type { DirectoryEntry, FileKind, FileNode } from '../../../src/kit.ts';
import { crc32c } from '../../shared/crc32c.ts';
import { kindOfMode } from '../shared/inode-tree.ts';
import { badBtrfs } from './bad.ts';
import { type Extent, readExtent, readExtentItems } from './extents.ts';
import { openSubvolume, type Subvolume } from './subvolume.ts';
import { itemsFrom, type Key, readKey, type Trees } from './tree.ts';

const inodeItem = 1;
const directoryItem = 84;
const directoryIndex = 96;
const rootItem = 132;
/** A subvolume inside a snapshot is an empty directory with this inode number. */
const stub = 2n;
const mostTargetBytes = 4095;
const mostEntries = 1_000_000;

interface Named {
  name: string;
  location: Key;
}

export class BtrfsNode implements FileNode {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  readonly id: string;
  /** Its subvolume, and its inode there. */
  readonly subvolume: Subvolume;
  readonly inode: bigint;
  readonly #trees: Trees;
  readonly #storedBytes: number;
  #extents: Promise<Extent[]> | undefined;
  #unpacked: { extent: Extent; bytes: Buffer } | undefined;

  private constructor(
    trees: Trees,
    subvolume: Subvolume,
    inode: bigint,
    about: { kind: FileKind; sizeBytes: number },
  ) {
    this.#trees = trees;
    this.subvolume = subvolume;
    this.inode = inode;
    this.kind = about.kind;
    this.#storedBytes = about.sizeBytes;
    this.sizeBytes = about.kind === 'directory' ? 0 : about.sizeBytes;
    this.id = `${subvolume.id}/${inode}`;
  }

  /** Opens the inode with this number in a subvolume. */
  static async open(trees: Trees, subvolume: Subvolume, inode: bigint): Promise<BtrfsNode> {
    if (inode === stub) {
      return new BtrfsNode(trees, subvolume, inode, { kind: 'directory', sizeBytes: 0 });
    }
    const walk = trees.volume.walk(64);
    const from = { object: inode, type: inodeItem, offset: 0n };
    for await (const { key, data } of itemsFrom(trees, subvolume.tree, from, walk)) {
      if (key.object !== inode || key.type !== inodeItem || data.length < 72) break;
      const sizeBytes = Number(data.readBigUInt64LE(16));
      const kind = kindOfMode(data.readUInt32LE(52));
      if (!Number.isSafeInteger(sizeBytes)) break;
      return new BtrfsNode(trees, subvolume, inode, { kind, sizeBytes });
    }
    throw badBtrfs(
      'corrupt-table',
      `A name leads to the btrfs inode ${inode}, which does not exist`,
    );
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const end = Math.min(this.#storedBytes, position + length);
    const bytes = Buffer.alloc(Math.max(0, end - position));
    this.#extents ??= readExtentItems(this.#trees, this.subvolume, this.inode, this.#storedBytes);
    const extents = await this.#extents;
    for (let index = firstBehind(extents, position); index < extents.length; index += 1) {
      const extent = extents[index];
      if (extent === undefined || extent.position >= end) break;
      const from = Math.max(extent.position, position);
      const to = Math.min(extent.position + extent.length, end);
      const part = await this.#readPart(extent, from - extent.position, to - from);
      bytes.set(part, from - position);
    }
    return bytes;
  }

  async find(name: string): Promise<FileNode | undefined> {
    if (this.inode === stub) return undefined;
    const hash = BigInt(~crc32c(Buffer.from(name), 1) >>> 0);
    const walk = this.#trees.volume.walk(64);
    const from = { object: this.inode, type: directoryItem, offset: hash };
    for await (const { key, data } of itemsFrom(this.#trees, this.subvolume.tree, from, walk)) {
      if (key.object !== this.inode || key.type !== directoryItem || key.offset !== hash) break;
      for (const found of namesOf(data)) {
        if (found.name === name) return await this.#open(found);
      }
    }
    return undefined;
  }

  async *entries(): AsyncGenerator<DirectoryEntry> {
    if (this.inode === stub) return;
    const walk = this.#trees.volume.walk(10_000);
    const from = { object: this.inode, type: directoryIndex, offset: 0n };
    let count = 0;
    for await (const { key, data } of itemsFrom(this.#trees, this.subvolume.tree, from, walk)) {
      if (key.object !== this.inode || key.type !== directoryIndex) break;
      for (const found of namesOf(data)) {
        count += 1;
        if (count > mostEntries) {
          throw badBtrfs('limit', `A btrfs directory holds more than ${mostEntries} names`, {
            limit: mostEntries,
          });
        }
        yield { name: found.name, node: () => this.#open(found) };
      }
    }
  }

  async target(): Promise<string> {
    if (this.#storedBytes > mostTargetBytes) {
      throw badBtrfs('corrupt-table', `The target of the btrfs link ${this.inode} is too long`);
    }
    return Buffer.from(await this.read(0, this.#storedBytes)).toString();
  }

  async #open({ location }: Named): Promise<BtrfsNode> {
    if (location.type === inodeItem)
      return await BtrfsNode.open(this.#trees, this.subvolume, location.object);
    if (location.type !== rootItem) {
      throw badBtrfs('corrupt-table', 'A name in a btrfs directory leads to no inode');
    }
    const subvolume = await openSubvolume(this.#trees, location.object);
    return await BtrfsNode.open(this.#trees, subvolume, subvolume.directory);
  }

  /** A compressed extent is unpacked as a whole; sequential reads unpack each extent once. */
  async #readPart(extent: Extent, from: number, length: number): Promise<Buffer> {
    if (extent.compression === 0) return await readExtent(this.#trees, extent, from, length);
    if (this.#unpacked?.extent !== extent) {
      const wanted = Math.min(extent.length, this.#storedBytes - extent.position);
      this.#unpacked = { extent, bytes: await readExtent(this.#trees, extent, 0, wanted) };
    }
    return this.#unpacked.bytes.subarray(from, from + length);
  }
}

/** The names in one item: several may share a hash. */
function* namesOf(data: Buffer): Generator<Named> {
  for (let at = 0; at < data.length; ) {
    if (at + 30 > data.length) throw badName('is cut');
    const nameBytes = data.readUInt16LE(at + 27);
    const end = at + 30 + nameBytes;
    if (nameBytes < 1 || nameBytes > 255 || end > data.length) throw badName('leaves its item');
    const bytes = data.subarray(at + 30, end);
    if (bytes.includes(0) || bytes.includes(0x2f)) throw badName('holds a slash or a zero byte');
    yield { name: bytes.toString(), location: readKey(data, at) };
    at = end + data.readUInt16LE(at + 25);
  }
}

function firstBehind(extents: readonly Extent[], position: number): number {
  let low = 0;
  let high = extents.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const extent = extents[middle];
    if (extent !== undefined && extent.position + extent.length > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

function badName(what: string): Error {
  return badBtrfs('corrupt-table', `A name in a btrfs directory ${what}`);
}
