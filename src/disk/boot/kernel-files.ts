import { defined } from '../../kit/defined.ts';
import type { BootPlaces, Menu, MenuEntry, MenuFile } from './menu.ts';
import { formatMenuFile, menuFiles } from './menu-files.ts';
import { namesInFolder } from './names-in-folder.ts';
import { compareBootVersions } from './version-order.ts';

/** A folder of a volume in which distributions store kernels. */
type KernelFolder = Omit<MenuFile, 'section'>;

/** `vmlinuz-6.1`, `vmlinuz-virt`, `Image-6.1`, and the same without a version; rescue kernels are excluded. */
const kernelName = /^(?:vmlinuz|vmlinux|Image|kernel)(?:-(?!.*rescue)(.+))?$/;

/**
 * The kernels of `/boot` with their initrds, newest first, for a disk without a boot loader configuration.
 * `undefined` if there is no kernel.
 */
export async function readKernelFiles(places: BootPlaces): Promise<Menu | undefined> {
  for (const folder of kernelFolders(places)) {
    const entries = await entriesIn(folder);
    const [chosen] = entries;
    if (chosen === undefined) continue;
    const what = `the newest kernel of ${formatMenuFile(folder)}`;
    const warnings = [
      `No boot loader of this disk has a configuration: ${what} was taken, and its command line is not known.`,
    ];
    return { entries, chosen, warnings };
  }
  return undefined;
}

/**
 * A separate `/boot`, then that of the root, the root itself, and EFI system partitions, which may be mounted at
 * `/boot`.
 */
function kernelFolders({ boot, root, esps }: BootPlaces): KernelFolder[] {
  const folders: KernelFolder[] = boot === undefined ? [] : [{ volume: boot, path: '/' }];
  const last = esps.map((volume) => ({ volume, path: '/' }));
  if (root === undefined) return [...folders, ...last];
  const { volume, found } = root;
  const place = { volume, ...defined({ subvolume: found.about.subvolume }) };
  return [...folders, { ...place, path: '/boot' }, { ...place, path: '/' }, ...last];
}

async function entriesIn(folder: KernelFolder): Promise<MenuEntry[]> {
  const names = await namesInFolder(await menuFiles(folder), folder.path);
  const at = (name: string): MenuFile => ({
    ...folder,
    path: `${folder.path.replace(/\/$/, '')}/${name}`,
  });
  const entries = names.flatMap((name): MenuEntry[] => {
    const found = kernelName.exec(name);
    if (found === null) return [];
    const initrd = initrdNames(found[1]).find((one) => names.includes(one));
    return [
      {
        loader: 'files',
        id: name,
        kernel: at(name),
        initrd: initrd === undefined ? [] : [at(initrd)],
        ...defined({ version: found[1] }),
      },
    ];
  });
  return entries.sort((a, b) => compareBootVersions(b.version ?? '', a.version ?? ''));
}

/** Names used by Debian and Ubuntu, dracut, SUSE, Alpine and Arch, CirrOS. */
function initrdNames(version: string | undefined): string[] {
  const ending = version === undefined ? '' : `-${version}`;
  const names = [`initrd.img${ending}`, `initramfs${ending}.img`, `initrd${ending}`];
  return [...names, `initramfs${ending}`, `initrd${ending}.img`];
}
