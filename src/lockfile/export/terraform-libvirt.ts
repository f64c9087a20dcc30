import { pathToFileURL } from 'node:url';
import type { ExportedPin, ExportTarget } from './export-target.ts';
import { type HclAttributes, hclBlock, hclDocument } from './hcl.ts';
import { hclNames, pinComment, pinFileName } from './pin-names.ts';

/**
 * A `libvirt_volume` of dmacvicar/libvirt 0.9 for each pin. The provider verifies no checksum, so it uploads the
 * cached disk.
 */
export const terraformLibvirt: ExportTarget = {
  name: 'libvirt',
  localOnly: true,
  express: () => ({ because: 'the provider of libvirt does not compare checksums', local: true }),
  format(pins) {
    const pool = hclBlock(
      'variable',
      ['libvirt_pool'],
      [
        ['description', 'The storage pool that the images go to.'],
        ['type', { expression: 'string' }],
        ['default', 'default'],
      ],
    );
    const resources = hclNames(pins).map(
      ([name, pin]) =>
        `${pinComment(pin)}\n${hclBlock('resource', ['libvirt_volume', name], attributesOf(pin))}`,
    );
    return pins.length === 0 ? '' : hclDocument([pool, ...resources]);
  },
};

function attributesOf(pin: ExportedPin): HclAttributes {
  const url = pathToFileURL(pin.disk?.path ?? '/').href;
  return [
    ['name', pinFileName(pin, 'raw')],
    ['pool', { expression: 'var.libvirt_pool' }],
    ['target', nested('format', nested('type', 'raw'))],
    ['create', nested('content', nested('url', url))],
  ];
}

function nested(name: string, value: HclAttributes[number][1]): { attributes: HclAttributes } {
  return { attributes: [[name, value]] };
}
