import { join } from 'node:path';
import {
  createFileTarget,
  createImgapiTarget,
  createZfs,
  createZvolTarget,
  defineTarget,
  type FindMachine,
  findMachine,
  type Target,
} from '../../../src/targets/index.ts';

/**
 * The targets of the package, on a machine whose devices are in a folder of the test. `onWrite`: called before the disk
 * is written.
 */
export function targetsOn(
  folder: string,
  { env = {}, onWrite = () => {} }: { env?: Record<string, string>; onWrite?: () => void },
): Target[] {
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const prefix = words.length === 0 ? [] : ['/usr/bin/env', ...words];
  const zfs = createZfs({ prefix, deviceDir: join(folder, 'devices') });
  const machine: FindMachine = async (signal) => {
    const found = await findMachine(signal);
    const device = (dataset: string): string => {
      if (!dataset.includes('<')) onWrite();
      return zfs.device(dataset);
    };
    return { ...found, zfs: { ...zfs, device } };
  };
  return [
    defineTarget({ ...createFileTarget({ machine }), id: 'file-here' }),
    defineTarget({ ...createZvolTarget({ machine }), id: 'zvol-here' }),
    defineTarget({ ...createImgapiTarget({ machine }), id: 'imgapi-here' }),
  ];
}
