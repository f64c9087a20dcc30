import {
  type DefectReason,
  defined,
  type Limits,
  raiseLimit,
  refuse,
  type XmlElement,
} from '../../../src/kit.ts';
import { plainMemberName } from '../archives/member-name.ts';
import { diskBytes } from './capacity.ts';
import { readHref } from './documents.ts';
import { readEnvelope } from './read-envelope.ts';

/** A disk of the descriptor that has a file. */
export interface OvfDisk {
  /** The possible names of its file, from the folder of the descriptor. */
  names: string[];
  sizeBytes?: number;
  /** Size of every part except the last, if the file is stored in parts. */
  chunkBytes?: number;
}

/** The disks in an OVF descriptor (DMTF DSP0243); other files are ignored. */
export interface OvfDescriptor {
  disks: OvfDisk[];
}

/** Reads a descriptor. A disk outside the archive is `external-reference`, a delta disk `unsupported-feature`. */
export async function parseOvf(bytes: Uint8Array, limits: Limits): Promise<OvfDescriptor> {
  const envelope = await readEnvelope(bytes);
  if (envelope.name !== 'Envelope') {
    throw refuseOvf('corrupt-header', 'The OVF descriptor is not an OVF envelope');
  }
  const references = childrenOf(envelope, 'References').flatMap((list) => childrenOf(list, 'File'));
  const files = Map.groupBy(references, (element) => attribute(element, 'id') ?? '');
  // OVF 0.9 had sections with one name and different types.
  const sections = [...childrenOf(envelope, 'DiskSection'), ...childrenOf(envelope, 'Section')];
  const disks = new Map<string, OvfDisk>();
  for (const element of sections.flatMap((section) => childrenOf(section, 'Disk'))) {
    const file = findFile(element, files, limits);
    if (file === undefined) continue;
    const disk = readFile(file);
    disks.set(disk.names[0] ?? '', disk);
  }
  if (disks.size === 0) throw refuseOvf('not-an-image', 'The OVF descriptor names no disk');
  return { disks: [...disks.values()] };
}

function readFile(element: XmlElement): OvfDisk {
  const href = required(element, 'href');
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith('//')) {
    throw refuseOvf('external-reference', `The OVF descriptor points to ${quote(href)}`, href);
  }
  const names = [...new Set(readHref(href).map((name) => plainMemberName(name, 'ova')))];
  if (names.includes('')) {
    throw refuseOvf('unsafe-path', `The OVF descriptor points to ${quote(href)}`, href);
  }
  const compression = attribute(element, 'compression') ?? 'identity';
  if (!['', 'identity', 'gzip'].includes(compression)) {
    throw refuseOvf(
      'unsupported-feature',
      `${quote(href)} is compressed with ${quote(compression)}`,
    );
  }
  const sizeBytes = readLength(element, 'size', href);
  const chunkBytes = readLength(element, 'chunkSize', href);
  return { names, ...defined({ sizeBytes, chunkBytes }) };
}

function readLength(element: XmlElement, name: string, href: string): number | undefined {
  const text = attribute(element, name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw refuseOvf('corrupt-header', `The OVF descriptor gives ${quote(href)} no ${name}`, text);
}

/** The disk's file; `undefined` for a disk that is created empty. */
function findFile(
  element: XmlElement,
  files: ReadonlyMap<string, readonly XmlElement[]>,
  limits: Limits,
): XmlElement | undefined {
  const fileRef = attribute(element, 'fileRef') ?? '';
  // Some writers put an empty reference instead of none.
  if (fileRef === '') return undefined;
  if (attribute(element, 'parentRef') !== undefined) {
    throw refuseOvf('unsupported-feature', 'A disk of the OVF descriptor builds upon another one');
  }
  const [file, second] = files.get(fileRef) ?? [];
  if (file === undefined) {
    throw refuseOvf('corrupt-header', `The OVF descriptor has no file ${quote(fileRef)}`);
  }
  if (second !== undefined) {
    throw refuseOvf('ambiguous-content', `The OVF descriptor has two files ${quote(fileRef)}`);
  }
  const capacity = diskBytes(
    attribute(element, 'capacity'),
    attribute(element, 'capacityAllocationUnits'),
  );
  if (capacity !== undefined && capacity > limits.virtualBytes) {
    throw refuse('limit', `The OVF descriptor has a disk of ${capacity} bytes`, {
      format: 'ova',
      limit: limits.virtualBytes,
      value: capacity,
      hint: raiseLimit('virtualBytes', capacity),
    });
  }
  return file;
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function required(element: XmlElement, name: string): string {
  const value = attribute(element, name);
  if (value !== undefined && value !== '') return value;
  throw refuseOvf('corrupt-header', `The OVF descriptor has a ${element.name} without ${name}`);
}

/** Prefixes are ignored, so a name must not occur twice. */
function attribute(element: XmlElement, name: string): string | undefined {
  const [first, second] = element.attributes.filter(([key]) => key === name);
  if (second !== undefined) {
    throw refuseOvf('ambiguous-content', `The OVF descriptor gives a ${element.name} two ${name}`);
  }
  return first?.[1];
}

/** A short form of a text for a message. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

function refuseOvf(reason: DefectReason, message: string, value?: string): Error {
  return refuse(reason, message, {
    format: 'ova',
    ...defined({ value: value?.slice(0, 200) }),
  });
}
