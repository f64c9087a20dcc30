import {
  type DefectReason,
  defined,
  type Limits,
  raiseLimit,
  refuse,
  type XmlElement,
} from '../../src/kit.ts';
import { plainMemberName } from '../shared/archives/member-name.ts';
import { diskBytes } from './capacity.ts';
import { readEnvelope } from './read-envelope.ts';

/** A file that the descriptor names; all of them are members of the archive. */
interface OvfFile {
  href: string;
  sizeBytes?: number;
}

/** What an OVF descriptor (DMTF DSP0243) says about files and disks. */
export interface OvfDescriptor {
  files: OvfFile[];
  /** The `href` of every disk that has a file. */
  disks: string[];
}

/** Reads a descriptor. Files elsewhere are `external-reference`, files in parts and delta disks `unsupported-feature`. */
export async function parseOvf(bytes: Uint8Array, limits: Limits): Promise<OvfDescriptor> {
  const envelope = await readEnvelope(bytes);
  if (envelope.name !== 'Envelope') {
    throw refuseOvf('corrupt-header', 'The OVF descriptor is no OVF envelope');
  }
  const references = childrenOf(envelope, 'References').flatMap((list) => childrenOf(list, 'File'));
  const files = new Map<string, OvfFile>();
  for (const element of references) {
    const id = required(element, 'id');
    if (files.has(id))
      throw refuseOvf('ambiguous-content', `The OVF descriptor has two files ${quote(id)}`);
    files.set(id, readFile(element));
  }
  // OVF 0.9 had sections of one name and different types.
  const sections = [...childrenOf(envelope, 'DiskSection'), ...childrenOf(envelope, 'Section')];
  const disks = new Set<string>();
  for (const element of sections.flatMap((section) => childrenOf(section, 'Disk'))) {
    const file = readDisk(element, files, limits);
    if (file !== undefined) disks.add(file.href);
  }
  if (disks.size === 0) throw refuseOvf('not-an-image', 'The OVF descriptor names no disk');
  return { files: [...files.values()], disks: [...disks] };
}

function readFile(element: XmlElement): OvfFile {
  const href = required(element, 'href');
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith('//')) {
    throw refuseOvf('external-reference', `The OVF descriptor points to ${quote(href)}`, href);
  }
  if (plainMemberName(href, 'ova') !== href) {
    throw refuseOvf('unsafe-path', `The OVF descriptor points to ${quote(href)}`, href);
  }
  const compression = attribute(element, 'compression') ?? 'identity';
  if (!['', 'identity', 'gzip'].includes(compression)) {
    throw refuseOvf(
      'unsupported-feature',
      `${quote(href)} is compressed with ${quote(compression)}`,
    );
  }
  if (attribute(element, 'chunkSize') !== undefined) {
    throw refuseOvf('unsupported-feature', `${quote(href)} is split into parts`);
  }
  const size = attribute(element, 'size');
  if (size === undefined) return { href };
  if (!/^\d{1,15}$/.test(size)) {
    throw refuseOvf('corrupt-header', `The OVF descriptor gives ${quote(href)} no length`, size);
  }
  return { href, sizeBytes: Number(size) };
}

/** The disk's file; `undefined` for a disk that is created empty. */
function readDisk(
  element: XmlElement,
  files: ReadonlyMap<string, OvfFile>,
  limits: Limits,
): OvfFile | undefined {
  const fileRef = attribute(element, 'fileRef');
  if (fileRef === undefined) return undefined;
  if (attribute(element, 'parentRef') !== undefined) {
    throw refuseOvf('unsupported-feature', 'A disk of the OVF descriptor builds upon another one');
  }
  const file = files.get(fileRef);
  if (file === undefined) {
    throw refuseOvf('corrupt-header', `The OVF descriptor has no file ${quote(fileRef)}`);
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

/** Prefixes are not told apart, so one name must not stand there twice. */
function attribute(element: XmlElement, name: string): string | undefined {
  const [first, second] = element.attributes.filter(([key]) => key === name);
  if (second !== undefined) {
    throw refuseOvf('ambiguous-content', `The OVF descriptor gives a ${element.name} two ${name}`);
  }
  return first?.[1];
}

/** As much of it as a message needs. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

function refuseOvf(reason: DefectReason, message: string, value?: string): Error {
  return refuse(reason, message, {
    format: 'ova',
    ...defined({ value: value?.slice(0, 200) }),
  });
}
