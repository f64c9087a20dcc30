import { addressesOf, endingIn, oneDigest } from './addresses.ts';
import type { ExportedPin, ExportPin, ExportTarget, Expressed } from './export-target.ts';
import { shapeOf, shownShape } from './file-shape.ts';
import { type HclAttributes, hclBlock, hclDocument } from './hcl.ts';
import { hclNames, pinComment } from './pin-names.ts';

/** A `source "qemu"` for each pin, which a `build` block completes with what is not the image's. */
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
  // go-getter unpacks by the ending of the address, and takes what follows `//` for a folder inside.
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
    // A disc for installing is no disk image.
    ['disk_image', disk !== undefined || shapeOf(image)?.disk !== 'iso'],
    ...(needsEfi ? [['efi_boot', true] as const] : []),
  ];
}

/** Packer reads every string as a template of Go too. Addresses hold no braces. */
function plainTemplate(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}
