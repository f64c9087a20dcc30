import { refuse } from '../errors.ts';
import { warningsOf } from '../image/allowances.ts';
import { nestedHeadBytes, nestedTailBytes, refuseNestedImage } from '../image/find-nested-image.ts';
import { type ConvertedImage, type ConvertJob, copyDisk } from './copy-disk.ts';
import { tooSmall } from './device/device-error.ts';
import { DeviceTarget } from './device/device-target.ts';
import { openDevice } from './device/open-device.ts';

/**
 * Writes the disk to a block device. The device is not changed before the first byte of data is known; from then on
 * its first MiB is zeros until everything else is written and verified.
 */
export async function convertToDevice(job: ConvertJob): Promise<ConvertedImage> {
  const { input, output, image, formats } = job;
  const device = await openDevice(output, input);
  try {
    const { virtualSize = 0 } = image.image;
    if (virtualSize - image.footerBytes > device.sizeBytes) {
      throw tooSmall(output, virtualSize, device.sizeBytes);
    }
    const target = new DeviceTarget(device, image.signal);
    const { virtualSize: sizeBytes } = await copyDisk(job, target);
    if (sizeBytes === 0) throw refuse('empty', 'the disk is empty');
    await target.complete(sizeBytes);
    const tailBytes = Math.min(nestedTailBytes, sizeBytes);
    const head = await target.read(0, Math.min(nestedHeadBytes, sizeBytes));
    const tail = await target.read(sizeBytes - tailBytes, tailBytes);
    const { chain, allowances } = image;
    refuseNestedImage({ head, tail, sizeBytes }, chain, formats, allowances);
    image.signal.throwIfAborted();
    await target.seal(sizeBytes);
    return {
      path: output,
      format: 'raw',
      layers: chain,
      virtualSize: sizeBytes,
      allocatedBytes: sizeBytes,
      warnings: warningsOf(allowances.used),
    };
  } finally {
    await device.handle.close();
  }
}
