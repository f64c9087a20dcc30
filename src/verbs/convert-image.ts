import { dirname } from 'node:path';
import type { ConvertedImage } from '../convert/copy-disk.ts';
import { isBlockDevice } from '../convert/device/is-block-device.ts';
import { type FileOptions, openImageFile } from '../convert/open-image-file.ts';
import { refuseExisting } from '../convert/place-output.ts';
import { convertToDevice } from '../convert/to-device.ts';
import { convertToFile } from '../convert/to-file.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions, readPath } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

export interface ConvertOptions extends FileOptions {
  /** Replace a file that is there; default: refuse with `ERR_INVALID_REQUEST`. A block device is always written. */
  force?: boolean | undefined;
  /** Bytes of the disk settled so far; its virtual size where known. */
  onProgress?: ((bytes: number, virtualSize: number | undefined) => void) | undefined;
}

export type ConvertImage = (
  input: string,
  output: string,
  options?: ConvertOptions,
) => Promise<ConvertedImage>;

/**
 * `convertImage` of the given formats: any supported local file to a sparse raw disk. A failure leaves no output, and
 * an existing file is replaced only with `force`.
 *
 * An output that is a block device (Linux) is written itself. It has to be large enough and unused; every byte
 * up to the disk's virtual size is written, zeros too, and the first MiB last, so that what a failure leaves does not
 * boot. Beyond the virtual size nothing changes but a stale backup partition table in the last sector, which goes.
 */
export function bindConvertImage({ formats }: BoundParts): ConvertImage {
  return async (input, output, given = {}) => {
    checkOptions(given, optionKinds.convertImage);
    readPath('input', input);
    readPath('output', output);
    const options = safeListeners(given);
    const { onProgress } = options;
    const isDevice = await isBlockDevice(output);
    // Next to a device is no place for files.
    if (!isDevice && options.force !== true) await refuseExisting(output);
    const opened = isDevice ? options : { scratchDir: dirname(output), ...options };
    return await openImageFile(input, formats, opened, (image) => {
      const job = { input, output, image, formats, onProgress };
      return isDevice ? convertToDevice(job) : convertToFile(job, options.force === true);
    });
  };
}
