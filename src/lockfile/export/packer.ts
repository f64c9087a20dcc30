import { addressesOf, endingIn, oneDigest } from './addresses.ts';
import type { ExportedPin, ExportPin, ExportTarget, Expressed } from './export-target.ts';
import { shapeOf, shownShape } from './file-shape.ts';
import { type HclAttributes, hclBlock, hclDocument } from './hcl.ts';
import { hclNames, pinComment } from './pin-names.ts';

/** A `source "qemu"` for each pin; the user's `build` block adds everything that is not about the image. */
export const packer: ExportTarget = {
  name: 'Packer',
  express,
  format(pins) {
    const blocks = hclNames(pins).map(
      ([name, pin]) =>
        `${pinComment(pin)}\n${hclBlock('source', ['qemu', name], attributesOf(pin))}`,
    );
    return hclDocument(blocks);
  },
};

function express({ image }: ExportPin): Expressed {
  const shape = shapeOf(image);
  if (shape === undefined || shape.codec === 'lz4') {
    return { because: `Packer cannot unpack ${shownShape(image)}`, local: true };
  }
  // go-getter selects the unpacker by the extension of the address, and reads the text after `//` as a folder inside.
  const addresses = endingIn(addressesOf(image), shape.codec).filter(
    (address) => !new URL(address).pathname.includes('//'),
  );
  if (addresses.length > 0) return { addresses };
  return { because: `Packer would not read ${shownShape(image)} at its address`, local: true };
}

function attributesOf({ image, addresses, disk }: ExportedPin): HclAttributes {
  const places = disk === undefined ? addresses : [plainTemplate(disk.path)];
  const [only = ''] = places;
  const ofDisk = disk?.sha256 === undefined ? 'none' : `sha256:${disk.sha256}`;
  const { firmware = [] } = image.guest ?? {};
  const needsEfi = firmware.length === 1 && firmware[0] === 'uefi';
  return [
    places.length > 1 ? ['iso_urls', places] : ['iso_url', only],
    ['iso_checksum', disk === undefined ? oneDigest(image) : ofDisk],
    // An installation disc is not a disk image.
    ['disk_image', disk !== undefined || shapeOf(image)?.disk !== 'iso'],
    ...(needsEfi ? [['efi_boot', true] as const] : []),
  ];
}

/** Packer also reads every string as a Go template. Addresses contain no braces. */
function plainTemplate(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}
