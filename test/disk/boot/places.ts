import type { DiskRoot } from '../../../src/contracts/disk/disk-root.ts';
import type { BootPlaces, BootVolume } from '../../../src/disk/boot/menu.ts';
import type { FoundRoot } from '../../../src/disk/find-roots.ts';
import { defined } from '../../../src/kit/defined.ts';
import { type MemoryFileSystem, type MemoryFiles, memoryFileSystem } from './memory-files.ts';

/** A volume, written by a test. */
export interface MadeVolume extends MemoryFileSystem {
  files: MemoryFiles;
  /** By default `p1` and so on by its place in the list; `ol/root` for a logical volume, `disk` without a table. */
  name?: string;
  isEsp?: boolean;
  isBoot?: boolean;
  /** The root, and its subvolume. */
  root?: true | string;
}

/** The input of a boot loader, for volumes written by a test. */
export function bootPlaces(made: readonly MadeVolume[]): BootPlaces {
  const volumes = made.map((one, index) => bootVolume(one, index + 1));
  const at = (is: (one: MadeVolume) => boolean): BootVolume[] => {
    return volumes.filter((_, index) => made.some((one, place) => place === index && is(one)));
  };
  const [boot] = at(({ isBoot }) => isBoot === true);
  const [volume] = at(({ root }) => root !== undefined);
  const subvolume = made.find(({ root }) => root !== undefined)?.root;
  return {
    volumes,
    esps: at(({ isEsp }) => isEsp === true),
    ...defined({ boot, root: volume && rootOf(volume, subvolume) }),
  };
}

function bootVolume({ files, name, ...made }: MadeVolume, number: number): BootVolume {
  const fileSystem = memoryFileSystem(files, made);
  const { id, label, uuid } = fileSystem;
  const isPartition = name === undefined || /^p\d+$/.test(name);
  const given = name ?? `p${number}`;
  return {
    name: given,
    about: {
      name: given,
      sizeBytes: 1024 * 1024,
      fileSystem: { id, ...defined({ label, uuid }) },
      ...defined({ number: isPartition ? Number(given.slice(1)) : undefined }),
    },
    files: fileSystem,
  };
}

function rootOf(
  volume: BootVolume,
  subvolume: string | true | undefined,
): NonNullable<BootPlaces['root']> {
  const about: DiskRoot = {
    volume: volume.name,
    ...defined({ subvolume: subvolume === true ? undefined : subvolume }),
  };
  const found: FoundRoot = { about, node: volume.files.root };
  return { found, volume, mounts: { points: [], nodes: new Map() } };
}
