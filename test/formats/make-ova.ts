import { createHash } from 'node:crypto';
import { tarArchive, tarFile } from './make-tar.ts';

/** Attributes of one element, in order; text is used unchanged. */
type Attributes = Record<string, string>;

export interface OvfFields {
  files?: Attributes[];
  disks?: Attributes[];
  /** The text before the envelope. */
  prolog?: string;
  /** The text after the disks. */
  rest?: string;
  prefix?: string;
}

/** A descriptor in the usual form; without fields it names one disk, `disk.vmdk`. */
export function ovf(fields: OvfFields = {}): string {
  const prefix = fields.prefix ?? 'ovf:';
  const element = (name: string, attributes: Attributes): string => {
    const text = Object.entries(attributes).map(([key, value]) => ` ${prefix}${key}="${value}"`);
    return `<${name}${text.join('')}/>`;
  };
  const files = fields.files ?? [{ href: 'disk.vmdk', id: 'file1' }];
  const disks = fields.disks ?? [{ capacity: '16777216', diskId: 'vmdisk1', fileRef: 'file1' }];
  return `${fields.prolog ?? '<?xml version="1.0" encoding="UTF-8"?>'}
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
  <References>${files.map((file) => element('File', file)).join('')}</References>
  <DiskSection><Info>Virtual disks</Info>${disks.map((disk) => element('Disk', disk)).join('')}</DiskSection>
  ${fields.rest ?? '<VirtualSystem ovf:id="vm"><Info>A machine &amp; its &#169;</Info></VirtualSystem>'}
</Envelope>`;
}

export type Member = [name: string, content: Uint8Array | string];

export function ovaArchive(...members: Member[]): Uint8Array {
  return tarArchive(...members.map(([name, content]) => tarFile(name, content)));
}

/** A manifest line for a member, with its right digest unless another one is given. */
export function manifestLine(
  [name, content]: Member,
  hash: 'SHA1' | 'SHA256' | 'SHA512' | 'MD5' = 'SHA256',
  digest: string = createHash(hash.toLowerCase()).update(content).digest('hex'),
): string {
  return `${hash}(${name})= ${digest}\n`;
}
