import type { CreateBundleOptions, CreatedBundle } from '../contracts/bundle.ts';

/**
 * Writes a bundle from a folder that holds `rootfs.ext4` and `manifest.json`, and perhaps `kernel` and `initrd`; or `kernel`,
 * and perhaps `initrd`, for a kernel that several images name. The same files give the same bytes: owners, times and order
 * are fixed. Anything else in the folder is `ERR_INVALID_REQUEST`; a failure leaves no file.
 */
export async function createBundle(
  folder: string,
  out: string,
  options: CreateBundleOptions = {},
): Promise<CreatedBundle> {
  const { writeBundle } = await import('./later.ts');
  return await writeBundle(folder, out, options);
}
