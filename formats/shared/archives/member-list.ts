import { raiseLimit, refuse, type WantedEntry } from '../../../src/kit.ts';
import { checkChoice } from './check-choice.ts';
import { isMacMetadata, placeOf, plainMemberName } from './member-name.ts';
import type { Members } from './members.ts';

/** The limit of archive readers; a higher `limits.members` is for codecs. */
const maxMembers = 10_000;
/** Maximum length of an invalid name in a message. */
const maxShown = 200;

type Kind = 'file' | 'folder' | 'other';

/**
 * The members found so far, with a limit. A member that cannot be the disk (a link, a device, a name that leaves its
 * folder) is recorded, because only the disk is unpacked; it is refused if it is the requested one, or the only one.
 * Two members may not have the same place, because readers disagree about which of the two wins.
 */
export class MemberList implements Members {
  readonly #format: string;
  readonly #limit: number;
  /** By the place where a program would unpack the member. */
  readonly #places = new Map<string, Kind>();
  readonly #links = new Set<string>();
  /** Files that could be the disk, as listed for the caller. */
  readonly #files: string[] = [];
  /** The reason why a member cannot be the disk, by its name. */
  readonly #refused = new Map<string, unknown>();
  #count = 0;

  constructor(format: string, limit: number) {
    this.#format = format;
    this.#limit = Math.min(limit, maxMembers);
  }

  /**
   * The plain name of a file that may be handed out; `undefined` for a file that is skipped. All its names are checked.
   */
  addFile(stored: string, ...others: string[]): string | undefined {
    this.#countMember();
    if (isMacMetadata(stored)) return undefined;
    const { name, refusal } = this.#plainName([stored, ...others]);
    if (name === '') throw this.#nameless(stored);
    this.#take(name ?? placeOf(stored), 'file');
    const shown = name ?? stored.slice(0, maxShown);
    this.#files.push(shown);
    const link = name === undefined ? undefined : this.#linkAbove(name);
    const why = link === undefined ? refusal : this.#throughLink(shown, link);
    if (why === undefined) return name;
    this.#refused.set(shown, why);
    return undefined;
  }

  addFolder(stored: string): void {
    this.#countMember();
    const place = placeOf(stored);
    if (place !== '') this.#take(place, 'folder');
  }

  /** A link, a device or a pipe; `refusal` is thrown if it is the requested disk. */
  addOther(stored: string, isLink: boolean, refusal: Error): void {
    this.#countMember();
    if (isMacMetadata(stored)) return;
    const place = placeOf(stored);
    this.#take(place, 'other');
    if (isLink) this.#links.add(place);
    this.#refused.set(place, refusal);
  }

  /** Files that could be the disk, with the refused ones. */
  get files(): readonly string[] {
    return this.#files;
  }

  /**
   * To be called when all members are known: refuses a missing or impossible choice, and a member that may not be read.
   * `among` are the offered files; `wanted` is `undefined` if all of them were handed out.
   */
  check(wanted: WantedEntry | undefined, among: readonly string[] = this.#files): void {
    const { name, folder = '' } = wanted ?? {};
    const refusal = name === undefined ? undefined : this.#refused.get(name);
    if (refusal !== undefined) throw refusal;
    checkChoice(this.#format, among, wanted);
    const inside = among.filter((one) => one.startsWith(folder));
    const chosen = name === undefined ? inside : [name];
    const usable = chosen.filter((one) => !this.#refused.has(one));
    const others = [...this.#refused.keys()].filter((one) => one.startsWith(folder));
    const [refused] = inside.length === 0 ? others : chosen;
    const why = usable.length > 0 || refused === undefined ? undefined : this.#refused.get(refused);
    if (why !== undefined) throw why;
    for (const one of usable) this.checkPath(one);
  }

  /** Refuses a file whose path goes through a link, as far as links are known. */
  checkPath(name: string): void {
    const link = this.#linkAbove(name);
    if (link !== undefined) throw this.#throughLink(name, link);
  }

  /** Refuses a name that is a link, a device or another member that may not be read. */
  checkUsable(name: string): void {
    const refusal = this.#refused.get(name);
    if (refusal !== undefined) throw refusal;
    this.checkPath(name);
  }

  /** The first name, if all of them are safe. */
  #plainName(stored: readonly string[]): { name?: string; refusal?: unknown } {
    try {
      const [name = ''] = stored.map((text) => plainMemberName(text, this.#format));
      return { name };
    } catch (refusal) {
      return { refusal };
    }
  }

  #countMember(): void {
    this.#count += 1;
    if (this.#count <= this.#limit) return;
    throw refuse('limit', `The ${this.#format} archive has more than ${this.#limit} members`, {
      format: this.#format,
      limit: this.#limit,
      hint: raiseLimit(
        'members',
        this.#limit === maxMembers ? maxMembers + 1 : undefined,
        maxMembers,
      ),
    });
  }

  /** Folders may occur several times, and so may members that are never read. */
  #take(place: string, kind: Kind): void {
    const before = this.#places.get(place);
    if (before === undefined) {
      this.#places.set(place, kind);
      return;
    }
    if (before === kind && kind !== 'file') return;
    throw refuse('ambiguous-content', `The ${this.#format} archive holds ${quote(place)} twice`, {
      format: this.#format,
      value: place,
    });
  }

  #linkAbove(name: string): string | undefined {
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
      const folder = name.slice(0, at);
      if (this.#links.has(folder)) return folder;
    }
    return undefined;
  }

  #throughLink(name: string, link: string): Error {
    const what = `The path of ${quote(name)} in the ${this.#format} archive runs through the link`;
    return refuse('unsafe-path', `${what} ${quote(link)}`, { format: this.#format, value: name });
  }

  #nameless(stored: string): Error {
    return refuse(
      'corrupt-header',
      `The ${this.#format} member ${quote(stored)} is a file without a name`,
      { format: this.#format, value: stored },
    );
  }
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, maxShown));
}
