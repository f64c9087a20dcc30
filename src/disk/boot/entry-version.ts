import type { MenuEntry } from './menu.ts';

/**
 * The version of the kernel of an entry: that in the name of its file, because entries of ostree count deployments under
 * `version`; else what the entry says.
 */
export function versionOfEntry({ version, kernel }: MenuEntry): string | undefined {
  const name = kernel.path.slice(kernel.path.lastIndexOf('/') + 1);
  return /^(?:vmlinuz|vmlinux|Image|kernel|linux)-(\d.*?)(?:\.efi)?$/.exec(name)?.[1] ?? version;
}
