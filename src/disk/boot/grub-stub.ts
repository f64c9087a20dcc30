import type { FilePaths } from '../../contracts/file-system.ts';
import { NotFoundError } from '../../errors.ts';
import type { BootPlaces } from './menu.ts';
import { namesInFolder } from './names-in-folder.ts';

/** True if an EFI system partition has `EFI/<vendor>/grub.cfg`: then the firmware starts GRUB. */
export async function hasGrubStub({ esps }: BootPlaces): Promise<boolean> {
  for (const { files } of esps) {
    for (const vendor of await vendorFolders(files)) {
      const names = await namesInFolder(files, `/EFI/${vendor}`);
      if (names.some((name) => name.toLowerCase() === 'grub.cfg')) return true;
    }
  }
  return false;
}

async function vendorFolders(files: FilePaths): Promise<string[]> {
  try {
    const listed = await files.list('/EFI');
    return listed.filter(({ kind }) => kind === 'directory').map(({ name }) => name);
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}
