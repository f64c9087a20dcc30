import { defined } from '../../kit/defined.ts';
import type { FoundRoot } from '../find-roots.ts';
import { isBoot, isEsp, readMounts } from '../mounts.ts';
import type { ReadVolume } from '../read-volumes.ts';
import type { BootPlaces, BootVolume } from './menu.ts';

/** Finds the parts of a disk that a boot loader may read. */
export async function findBootPlaces(
  volumes: readonly ReadVolume[],
  roots: readonly FoundRoot[],
): Promise<BootPlaces> {
  const readable = volumes.flatMap(({ about, fileSystem }): BootVolume[] => {
    return fileSystem === undefined ? [] : [{ name: about.name, about, files: fileSystem }];
  });
  const root = await placeRoot(volumes, roots, readable);
  const isApart = ({ name }: BootVolume): boolean => name !== root?.volume.name;
  const mounted = root?.mounts.points.find(({ path }) => path === '/boot')?.volume;
  const boot =
    readable.find((one) => isBoot(one) && isApart(one)) ??
    readable.find((one) => one.name === mounted && isApart(one) && !isEsp(one));
  return { volumes: readable, esps: readable.filter(isEsp), ...defined({ boot, root }) };
}

async function placeRoot(
  volumes: readonly ReadVolume[],
  [found, ...others]: readonly FoundRoot[],
  readable: readonly BootVolume[],
): Promise<BootPlaces['root']> {
  const volume = readable.find(({ name }) => name === found?.about.volume);
  if (found === undefined || volume === undefined || others.length > 0) return undefined;
  return { found, volume, mounts: await readMounts(found, volumes) };
}
