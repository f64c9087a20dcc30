import type { FilePaths, FileStat } from '../../../contracts/file-system.ts';
import { filePaths } from '../../../kit/files/file-paths.ts';
import type { BootPlaces, BootVolume, MenuFile } from '../menu.ts';
import { unlessMissing } from '../unless-missing.ts';
import type { GrubBudget } from './budget.ts';
import type { Variables } from './variables.ts';

/** The files of a volume as GRUB sees them. */
interface GrubView {
  paths: FilePaths;
  /** The top level of Btrfs, if another subvolume is the default. */
  subvolume?: '/';
}

/** The volumes of a disk by their names in GRUB. */
export class Devices {
  readonly volumes: readonly BootVolume[];
  readonly #budget: GrubBudget;
  readonly #tops = new Map<BootVolume, GrubView>();

  constructor({ volumes }: BootPlaces, budget: GrubBudget) {
    this.volumes = volumes;
    this.#budget = budget;
  }

  /**
   * The file at a path: `(hd0,gpt2)/vmlinuz`; without a device it is on `$root`. `undefined` if that is not on the
   * disk.
   */
  async fileAt(text: string, variables: Variables): Promise<MenuFile | undefined> {
    const [, device = variables.get('root') ?? '', rest = ''] =
      /^(?:\(([^)]*)\))?(.*)$/s.exec(text) ?? [];
    const volume = this.find(device);
    if (volume === undefined) return undefined;
    const { subvolume } = await this.#view(volume, variables);
    const path = `/${rest}`.replace(/^\/+/, '/');
    return subvolume === undefined ? { volume, path } : { volume, path, subvolume };
  }

  /** The result of `stat` for a path; `undefined` if it does not exist. */
  async stat(text: string, variables: Variables): Promise<FileStat | undefined> {
    return await this.#ask(text, variables, (paths, path) => paths.stat(path));
  }

  /** The bytes of a file; `undefined` if it does not exist. */
  async read(
    text: string,
    variables: Variables,
    mostBytes: number,
  ): Promise<Uint8Array | undefined> {
    return await this.#ask(text, variables, (paths, path) => paths.read(path, { mostBytes }));
  }

  /** The files of the volume that a path names, for callers that list a folder. */
  async pathsAt(
    text: string,
    variables: Variables,
  ): Promise<{ paths: FilePaths; path: string } | undefined> {
    const file = await this.fileAt(text, variables);
    if (file === undefined) return undefined;
    return { paths: (await this.#view(file.volume, variables)).paths, path: file.path };
  }

  /** The volume with a name such as `hd0,gpt2`, `hd0,msdos1`, `lvm/ol-root`. A disk image is the first disk. */
  find(device: string): BootVolume | undefined {
    const [, number] = /^hd0,(?:gpt|msdos)?(\d+)$/.exec(device) ?? [];
    if (number !== undefined) return this.volumes.find(({ name }) => name === `p${Number(number)}`);
    return this.volumes.find((volume) => deviceOf(volume) === device);
  }

  async #ask<T>(
    text: string,
    variables: Variables,
    ask: (paths: FilePaths, path: string) => Promise<T>,
  ): Promise<T | undefined> {
    const file = await this.fileAt(text, variables);
    if (file === undefined) return undefined;
    this.#budget.spend('lookups');
    const { paths } = await this.#view(file.volume, variables);
    return await unlessMissing(() => ask(paths, file.path));
  }

  /** Paths on Btrfs start at the top level or, with a variable that SUSE sets, at the default subvolume. */
  async #view(volume: BootVolume, variables: Variables): Promise<GrubView> {
    const { files } = volume;
    const isRelative = /^[1y]/.test(variables.get('btrfs_relative_path') ?? '');
    if (files.subvolume === undefined || isRelative) return { paths: files };
    const known = this.#tops.get(volume);
    if (known !== undefined) return known;
    const top = await files.subvolume('/');
    const view: GrubView =
      top.id === files.root.id
        ? { paths: files }
        : { paths: filePaths({ root: top }), subvolume: '/' };
    this.#tops.set(volume, view);
    return view;
  }
}

/** The name of a volume in GRUB. */
export function deviceOf({ name, about }: BootVolume): string {
  if (about.number !== undefined) return `hd0,gpt${about.number}`;
  const [group, volume] = name.split('/');
  if (group === undefined || volume === undefined) return 'hd0';
  return `lvm/${group.replaceAll('-', '--')}-${volume.replaceAll('-', '--')}`;
}
