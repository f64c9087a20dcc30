import type { CreateBundleOptions, CreatedBundle } from '../contracts/bundle.ts';

/**
 * Writes a bundle from a folder with `rootfs.ext4` and `manifest.json`, and optionally `kernel` and `initrd`; or with
 * `kernel` and optionally `initrd`, for a kernel that several images use. The same files give the same bytes: owners,
 * times and order are fixed. Throws `ERR_INVALID_REQUEST` if the folder contains anything else; a failure leaves no
 * file.
 */
export async function createBundle(
  folder: string,
  out: string,
  options: CreateBundleOptions = {},
): Promise<CreatedBundle> {
  const { writeBundle } = await import('./later.ts');
  return await writeBundle(folder, out, options);
}
