import { defined } from '../../kit/defined.ts';
import type { LockedFile } from '../lock-file.ts';
import { addressesOf } from './addresses.ts';
import type { ExportedPin, ExportTarget } from './export-target.ts';
import { escapeMarks } from './quote.ts';

/** Plain facts, one object for each pin, for tools without their own export. */
export const json: ExportTarget = {
  name: 'JSON',
  express: ({ image }) => ({ addresses: addressesOf(image) }),
  format(pins) {
    // Between its tokens JSON contains no control characters except the line breaks of the layout.
    const lines = JSON.stringify({ images: pins.map(describePin) }, undefined, 2).split('\n');
    return `${lines.map(escapeMarks).join('\n')}\n`;
  },
};

function describePin({ alias, request, arch, image, addresses }: ExportedPin): object {
  const { release, version, variant, snapshot, boot, locked } = image;
  return {
    alias,
    request,
    arch,
    release,
    ...defined({ version }),
    variant,
    snapshot,
    ...describeFile(image, addresses),
    ...defined({
      boot:
        boot &&
        defined({
          kernel: describeFile(boot.kernel, addressesOf(boot.kernel)),
          initrd: boot.initrd && describeFile(boot.initrd, addressesOf(boot.initrd)),
          cmdline: boot.cmdline,
        }),
    }),
    locked,
  };
}

function describeFile(file: LockedFile, urls: readonly string[]): object {
  const { digests, sizeBytes, fileName, layers, entry } = file;
  return { digests, ...defined({ sizeBytes }), urls, fileName, layers, ...defined({ entry }) };
}
