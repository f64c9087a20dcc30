import type { FilePaths } from '../../../contracts/file-system.ts';
import type { BootPlaces } from '../menu.ts';
import { namesInFolder } from '../names-in-folder.ts';

/** The architectures of the loaders on an EFI system partition, in the names of EFI; empty if none is known. */
export async function efiArches(files: FilePaths): Promise<string[]> {
  const names = [
    ...(await namesInFolder(files, '/EFI/BOOT')),
    ...(await namesInFolder(files, '/EFI/systemd')),
  ];
  return names.flatMap((name) => {
    return (
      /^(?:boot|systemd-boot)(x64|aa64|ia32|arm|riscv64|loongarch64)\.efi$/i
        .exec(name)?.[1]
        ?.toLowerCase() ?? []
    );
  });
}

/** True if systemd-boot is installed: its program, or its configuration. */
export async function hasSystemdBoot({ esps }: BootPlaces): Promise<boolean> {
  for (const { files } of esps) {
    const programs = await namesInFolder(files, '/EFI/systemd');
    const conf = await namesInFolder(files, '/loader');
    if (programs.some((name) => /^systemd-boot.*\.efi$/i.test(name))) return true;
    if (conf.some((name) => /^loader\.conf$/i.test(name))) return true;
  }
  return false;
}
