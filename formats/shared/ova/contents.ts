import { type DecodeContext, refuse, type WantedEntry } from '../../../src/kit.ts';
import { checkChoice } from '../archives/check-choice.ts';
import { MemberList } from '../archives/member-list.ts';
import { isWhiteout } from '../archives/member-name.ts';
import type { TarMember } from '../tar/walk.ts';
import { type OvfDescriptor, type OvfDisk, parseOvf } from './descriptor.ts';
import { saysWhereItEnds } from './disk-magic.ts';
import { chunkName, folderOf, isShort, readDocument, readHref } from './documents.ts';
import { parseManifest } from './manifest.ts';
import { MemberDigests } from './member-digests.ts';

/** A member that is a disk of the descriptor, or the first part of one. */
export interface DiskPlace {
  disk: OvfDisk;
  /** The name of the disk in the archive. */
  name: string;
  isChunk: boolean;
}

/** Names of disks in appliances; archives hold other files too. */
const diskName = /\.(vmdk|vhdx?|vdi|qcow2|img|raw)(\.gz)?$/i;

/** The known content of an archive while it is read: its documents, its members, and which of them is the disk. */
export class Contents {
  readonly members: MemberList;
  ovf: OvfDescriptor | undefined;
  readonly #format: 'tar' | 'ova';
  readonly #context: DecodeContext;
  readonly #wanted: WantedEntry | undefined;
  readonly #digests = new MemberDigests();
  #manifest: { name: string; bytes: Uint8Array } | undefined;
  #folder = '';
  /** The member name of each disk that was found. */
  readonly #found = new Map<OvfDisk, string>();
  /** Members that were handed out before the descriptor was known. */
  readonly #guessed = new Map<string, number>();

  constructor(format: 'tar' | 'ova', context: DecodeContext, wanted: WantedEntry | undefined) {
    this.#format = format;
    this.#context = context;
    this.#wanted = wanted;
    this.members = new MemberList(format, context.limits.members);
  }

  /** Reads a descriptor or a manifest; false for any other member. */
  async takeDocument(member: TarMember): Promise<boolean> {
    const { name } = member;
    if (/\.ovf$/i.test(name)) {
      if (this.ovf !== undefined) throw ambiguous('two descriptors');
      const bytes = await readDocument(member);
      this.#digests.addBytes(name, bytes);
      this.ovf = await parseOvf(bytes, this.#context.limits);
      this.#folder = folderOf(name);
      this.#readManifest();
      checkChoice('ova', this.#disks(), this.#wanted);
      return true;
    }
    if (!/\.mf$/i.test(name)) return false;
    // Without a descriptor the archive may hold anything.
    if (this.ovf === undefined && this.#format === 'tar' && !isShort(member)) return false;
    if (this.#manifest !== undefined) throw ambiguous('two manifests');
    const bytes = await readDocument(member);
    this.#digests.addBytes(name, bytes);
    this.#manifest = { name, bytes };
    this.#readManifest();
    return true;
  }

  /** To be called before the first byte of a member is read. */
  note(member: TarMember): void {
    const isHeard = member.listen !== undefined;
    // A stream passes only once, and hashing costs more than reading; a disk of an appliance has such a name.
    const mayBeListed =
      this.ovf !== undefined || this.#format === 'ova' || /\.vmdk/i.test(member.name);
    if (!isHeard || mayBeListed) this.#digests.add(member);
    else this.#digests.addUnheard(member.name);
  }

  /** Whether a member is handed out while no descriptor is known. */
  mayBe({ name, sizeBytes }: TarMember): boolean {
    const isMeant = this.#isMeant(name);
    if (isMeant) this.#guessed.set(name, sizeBytes);
    return isMeant;
  }

  #isMeant(name: string): boolean {
    if (this.#wanted === undefined) return true;
    if (this.#wanted.name !== undefined) return name === this.#wanted.name;
    const { folder } = this.#wanted;
    if (folder !== undefined) {
      const mayBe = (file: string): boolean => file.startsWith(folder) && !isWhiteout(file);
      return name === this.members.files.find(mayBe);
    }
    if (this.#format === 'tar') return name === this.members.files[0];
    return this.#guessed.size === 0 && diskName.test(name);
  }

  /** The disk that a member holds, if it is the requested one. */
  placeOf({ name, sparse }: TarMember): DiskPlace | undefined {
    for (const disk of this.ovf?.disks ?? []) {
      const names = this.#namesOf(disk);
      const whole = names.find((known) => known === name);
      const isChunk = whole === undefined && disk.chunkBytes !== undefined;
      const known = isChunk ? names.find((file) => chunkName(file, 0) === name) : whole;
      if (known === undefined || !this.#isWanted(names)) continue;
      if (this.#found.has(disk)) throw ambiguous(`the disk ${JSON.stringify(known)} twice`);
      // A manifest's digest would be of the file with its holes filled in, but only the stored bytes pass here.
      if (sparse) throw refuseDisk('unsupported-feature', name, 'is stored as sparse');
      this.#found.set(disk, known);
      return { disk, name: known, isChunk };
    }
    return undefined;
  }

  /**
   * A disk that is shorter than its descriptor says may have been cut, unless its own format shows its end; for a
   * longer disk, only the description is wrong.
   */
  async checkLength(disk: OvfDisk, { name, sizeBytes, source }: TarMember): Promise<void> {
    const stated = disk.sizeBytes ?? sizeBytes;
    if (stated === sizeBytes) return;
    const isShorter = sizeBytes < stated;
    if (isShorter && !saysWhereItEnds(await source.read(0, 64))) {
      throw refuseDisk('truncated', name, 'is shorter than the descriptor says');
    }
    this.#context.log({
      level: 'warn',
      message: `an OVA member is ${isShorter ? 'shorter' : 'longer'} than its descriptor says`,
      data: { name, sizeBytes, statedBytes: stated },
    });
  }

  /**
   * To be called when all names are known: refuses a choice that is missing, impossible, or different from the member
   * that was handed out.
   */
  checkChoice(): void {
    if (this.ovf === undefined) {
      if (this.#format === 'ova') throw notOvf();
      this.members.check(this.#wanted);
      return;
    }
    const names = this.#disks();
    checkChoice('ova', names, this.#wanted);
    const wrong = [...this.#guessed.keys()].find((name) => !names.includes(name));
    if (wrong === undefined || (this.#wanted === undefined && this.#format === 'tar')) return;
    const [name = ''] = names;
    throw refuse(
      'ambiguous-content',
      `The descriptor at the end of the OVA names ${JSON.stringify(name)} and not ${JSON.stringify(wrong)}`,
      {
        format: 'ova',
        hint: `Name the member that is the disk (--entry ${JSON.stringify(name)}).`,
      },
    );
  }

  /**
   * To be called when all members were read: every requested disk was found, and the members in the manifest have their
   * digests.
   */
  async checkDisks(): Promise<void> {
    const disks = this.ovf?.disks ?? [];
    for (const disk of disks) {
      const names = this.#namesOf(disk);
      if (!this.#isWanted(names)) continue;
      for (const name of names) this.members.checkUsable(name);
      const guessed = names.find((name) => this.#guessed.has(name));
      if (!this.#found.has(disk) && guessed === undefined) {
        throw refuseDisk('truncated', names[0] ?? '', 'is not there');
      }
      if (guessed !== undefined) this.#checkGuess(disk, guessed);
    }
    const ofDisks = new Set(disks.flatMap((disk) => this.#namesOf(disk)));
    await this.#digests.check(ofDisks, this.#context.log);
  }

  /** Its first bytes were consumed, so only its name can show whether its format states its end. */
  #checkGuess({ sizeBytes = 0 }: OvfDisk, name: string): void {
    if ((this.#guessed.get(name) ?? 0) >= sizeBytes || /\.vmdk$/i.test(name)) return;
    throw refuseDisk('truncated', name, 'is shorter than the descriptor says');
  }

  /** The disks by the names that the caller may use. */
  #disks(): string[] {
    return (this.ovf?.disks ?? []).flatMap((disk) => {
      const names = this.#namesOf(disk);
      return (
        names.filter((name) => name === this.#wanted?.name || this.#guessed.has(name))[0] ??
        names.slice(0, 1)
      );
    });
  }

  #namesOf(disk: OvfDisk): string[] {
    return disk.names.map((name) => this.#folder + name);
  }

  #isWanted(names: readonly string[]): boolean {
    const { name, folder = '' } = this.#wanted ?? {};
    return name === undefined ? names.some((one) => one.startsWith(folder)) : names.includes(name);
  }

  #readManifest(): void {
    if (this.ovf === undefined || this.#manifest === undefined) return;
    const { name, bytes } = this.#manifest;
    const folder = folderOf(name);
    this.#digests.manifest = parseManifest(bytes).map(({ name: listed, ...line }) => {
      return {
        ...line,
        names: readHref(listed).map((file) => folder + file.replace(/^(\.\/)+/, '')),
      };
    });
  }
}

function refuseDisk(
  reason: 'truncated' | 'unsupported-feature',
  name: string,
  what: string,
): Error {
  return refuse(reason, `${JSON.stringify(name)} in the OVA ${what}`, {
    format: 'ova',
    value: name,
  });
}

function notOvf(): Error {
  return refuse('corrupt-header', 'The archive holds no OVF descriptor', { format: 'ova' });
}

function ambiguous(what: string): Error {
  return refuse('ambiguous-content', `The OVA has ${what}`, { format: 'ova' });
}
