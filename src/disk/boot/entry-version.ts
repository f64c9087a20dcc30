import type { MenuEntry } from './menu.ts';

/**
 * The version of an entry's kernel: from the name of its file, because entries of ostree use `version` to count
 * deployments; else the version that the entry states.
 */
export function versionOfEntry({ version, kernel }: MenuEntry): string | undefined {
  const name = kernel.path.slice(kernel.path.lastIndexOf('/') + 1);
  return /^(?:vmlinuz|vmlinux|Image|kernel|linux)-(\d.*?)(?:\.efi)?$/.exec(name)?.[1] ?? version;
}
