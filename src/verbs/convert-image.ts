import { dirname } from 'node:path';
import type { FileOptions } from '../contracts/options.ts';
import { chooseWriter } from '../convert/choose-writer.ts';
import type { ConvertedImage } from '../convert/copy-disk.ts';
import { isBlockDevice } from '../convert/device/is-block-device.ts';
import { openImageFile } from '../convert/open-image-file.ts';
import { refuseExisting } from '../convert/place-output.ts';
import { convertToDevice } from '../convert/to-device.ts';
import { convertToFile } from '../convert/to-file.ts';
import { convertToFormat } from '../convert/to-format.ts';
import { UsageError } from '../errors.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions, readPath } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

export interface ConvertOptions extends FileOptions {
  /** Replace an existing file; default: refuse with `ERR_INVALID_REQUEST`. A block device is always written. */
  force?: boolean | undefined;
  /**
   * Output format: `raw`, or the id of a writer, optionally with options (`qcow2,compression=zstd`). Default: the
   * format for the extension of the output (`.vhd`, `.vhdx`, `.vmdk`, `.vdi`, `.qcow2`, `.ova`), else `raw`.
   */
  to?: string | undefined;
  /** Called with the number of finished bytes of the disk, and its virtual size if known. */
  onProgress?: ((bytes: number, virtualSize: number | undefined) => void) | undefined;
}

export type ConvertImage = (
  input: string,
  output: string,
  options?: ConvertOptions,
) => Promise<ConvertedImage>;

/**
 * `convertImage` for the given formats: converts any supported local file to a sparse raw disk, or to another disk
 * format. A failure leaves no output, and an existing file is replaced only with `force`.
 *
 * An output that is a block device (Linux) is written directly. It must be large enough and unused. Every byte up to
 * the disk's virtual size is written, zeros too, and the first MiB last, so that the result of a failure does not
 * boot. Beyond the virtual size, only an old backup partition table in the last sector is removed.
 */
export function bindConvertImage({ formats, writers }: BoundParts): ConvertImage {
  return async (input, output, given = {}) => {
    checkOptions(given, optionKinds.convertImage);
    readPath('input', input);
    readPath('output', output);
    const options = safeListeners(given);
    const { onProgress } = options;
    const chosen = chooseWriter(options.to, output, writers);
    const isDevice = await isBlockDevice(output);
    if (isDevice && chosen !== undefined) throw noDevice(output, chosen.writer.id);
    // The folder of a device is not a place for files.
    if (!isDevice && options.force !== true) await refuseExisting(output);
    const opened = isDevice ? options : { scratchDir: dirname(output), ...options };
    return await openImageFile(input, formats, opened, (image) => {
      const job = { input, output, image, formats, onProgress };
      if (isDevice) return convertToDevice(job);
      const force = options.force === true;
      return chosen === undefined ? convertToFile(job, force) : convertToFormat(job, chosen, force);
    });
  };
}

function noDevice(output: string, format: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${output} is a device, and a machine cannot boot from ${format} on a device`,
    hint: 'Write raw to the device (--to raw), or name a file.',
    details: { field: 'to', value: format },
  });
}
