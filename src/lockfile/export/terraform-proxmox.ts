import { algorithmOf, hexOf } from '../../kit/digest.ts';
import { addressesOf, oneDigest } from './addresses.ts';
import type { ExportedPin, ExportPin, ExportTarget, Expressed } from './export-target.ts';
import { shapeOf, shownShape } from './file-shape.ts';
import { type HclAttributes, hclBlock, hclDocument } from './hcl.ts';
import { hclNames, pinComment, pinFileName } from './pin-names.ts';

/**
 * A `proxmox_download_file` for each pin; older versions of bpg/proxmox call it
 * `proxmox_virtual_environment_download_file`. The node downloads the file itself, so a path on this machine is
 * useless.
 */
export const terraformProxmox: ExportTarget = {
  name: 'Proxmox',
  express,
  format(pins) {
    const variables = [
      hclBlock(
        'variable',
        ['proxmox_node_name'],
        [
          ['description', 'The node that downloads the images.'],
          ['type', { expression: 'string' }],
        ],
      ),
      hclBlock(
        'variable',
        ['proxmox_datastore_id'],
        [
          ['description', 'The storage that the images go to; Import must be among its contents.'],
          ['type', { expression: 'string' }],
          ['default', 'local'],
        ],
      ),
    ];
    const resources = hclNames(pins).map(
      ([name, pin]) =>
        `${pinComment(pin)}\n${hclBlock('resource', ['proxmox_download_file', name], attributesOf(pin))}`,
    );
    return pins.length === 0 ? '' : hclDocument([...variables, ...resources]);
  },
};

/** For the content type `iso` the node unpacks only these (download-url in PVE/API2/Storage/Status.pm). */
const codecs = ['gz', 'bz2', 'zst'];
const imports = ['qcow2', 'raw', 'vmdk'];
const unpacked = ['raw', 'img', 'qcow2', 'iso'];

function express({ image }: ExportPin): Expressed {
  const { codec, disk } = shapeOf(image) ?? {};
  const known = codec === undefined ? [...imports, 'img', 'iso'] : unpacked;
  if (disk === undefined || !known.includes(disk)) {
    return { because: `Proxmox cannot read ${shownShape(image)}`, local: false };
  }
  if (codec !== undefined && !codecs.includes(codec)) {
    return { because: `Proxmox does not unpack ${codec}`, local: false };
  }
  return { addresses: addressesOf(image) };
}

function attributesOf(pin: ExportedPin): HclAttributes {
  const { codec, disk = 'img' } = shapeOf(pin.image) ?? {};
  const digest = oneDigest(pin.image);
  const isImport = codec === undefined && imports.includes(disk);
  const ending = isImport || disk === 'iso' ? disk : 'img';
  const [url = ''] = pin.addresses;
  return [
    ['content_type', isImport ? 'import' : 'iso'],
    ['datastore_id', { expression: 'var.proxmox_datastore_id' }],
    ['node_name', { expression: 'var.proxmox_node_name' }],
    ['file_name', pinFileName(pin, ending)],
    ['url', url],
    ['checksum', hexOf(digest)],
    ['checksum_algorithm', algorithmOf(digest)],
    ...(codec === undefined ? [] : [['decompression_algorithm', codec] as const]),
    // A pinned file does not change at its address, and the size of an unpacked file never equals the stated size.
    ['overwrite', false],
  ];
}
