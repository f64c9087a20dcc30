import type { DiskContent, VolumeOnDisk } from '../contracts/disk/opened-disk.ts';
import { NotFoundError } from '../errors.ts';
import { parameterOf, setParameter } from './command-line.ts';
import { type RootForm, rootForms } from './hypervisor.ts';

/** The value of `root=` in the configuration, and the new one. */
export interface RootChange {
  configured?: string;
  used: string;
}

/** A command line whose `root=` may have been replaced. */
export interface RootedLine {
  cmdline: string;
  root?: RootChange;
  warnings: string[];
}

/** Names the same root in another form; throws `ERR_NOT_FOUND` if the disk has no name of that form. */
export function rewriteRoot(cmdline: string, content: DiskContent, form: RootForm): RootedLine {
  const configured = parameterOf(cmdline, 'root');
  const volume = findRoot(configured, content);
  if (volume === undefined) {
    throw missing(`root=${configured ?? ''} does not name a volume of this disk`, form, []);
  }
  const used = nameRoot(volume, form);
  if (used !== undefined) {
    return used === configured ? { cmdline, warnings: [] } : change(cmdline, configured, used);
  }
  const known = rootForms.filter((one) => nameRoot(volume, one) !== undefined);
  throw missing(`the root, ${volume.name}, has no ${form} that root= can hold`, form, known);
}

/**
 * Adapts `root=` to a virtual machine whose disk is `/dev/vda`: a device name from other hardware is replaced, and
 * without an initrd, a form that only an initrd resolves is replaced by one that the kernel knows.
 */
export function fitRoot(cmdline: string, content: DiskContent, hasInitrd: boolean): RootedLine {
  const configured = parameterOf(cmdline, 'root');
  const device = partitionOf(configured ?? '');
  if (configured !== undefined && device !== undefined) {
    const used = `/dev/vda${device}`;
    return configured === used ? { cmdline, warnings: [] } : change(cmdline, configured, used);
  }
  // Without a configuration the line has at most the console that the caller asked for.
  const isBare = /^(?:console=\S+)?$/.test(cmdline);
  const form = isBare && hasInitrd ? 'uuid' : 'partuuid';
  if ((hasInitrd && !isBare) || /^(?:PARTUUID|PARTLABEL)=/.test(configured ?? '')) {
    return { cmdline, warnings: [] };
  }
  const volume = findRoot(configured, content);
  const used = volume && (nameRoot(volume, form) ?? nameRoot(volume, 'device'));
  if (used !== undefined) return change(cmdline, configured, used);
  const message = `root=${configured ?? ''} needs an initrd, and there is none: the machine will not boot`;
  return { cmdline, warnings: [message] };
}

function change(cmdline: string, configured: string | undefined, used: string): RootedLine {
  const root = configured === undefined ? { used } : { configured, used };
  const was = configured === undefined ? 'names no root' : `has root=${configured}`;
  const warnings = [`the configuration ${was}; here it is root=${used}`];
  return { cmdline: setParameter(cmdline, 'root', used), root, warnings };
}

/** The partition number in a device name for any bus, empty for the whole disk; `undefined` for another text. */
function partitionOf(value: string): string | undefined {
  const found = /^\/dev\/(?:(?:[shv]|xv)d[a-z]|(?:nvme\dn|mmcblk)\d(?:p(?=\d))?)(\d*)$/.exec(value);
  return found?.[1];
}

/** The volume that a value of `root=` names; without a value, the only root on the disk. */
function findRoot(
  value: string | undefined,
  { volumes, roots }: DiskContent,
): VolumeOnDisk | undefined {
  if (value === undefined) {
    const [root, ...others] = roots;
    return others.length > 0 ? undefined : volumes.find(({ name }) => name === root?.volume);
  }
  const partition = partitionOf(value);
  if (partition !== undefined) {
    return volumes.find(({ name }) => name === (partition === '' ? 'disk' : `p${partition}`));
  }
  const tag = /^(?:\/dev\/disk\/by-([a-z]+)\/|([A-Z]+)=)"?(.+?)"?$/.exec(value);
  if (tag === null) return volumes.find(({ name }) => name === logicalVolume(value));
  const [, byName, byTag = '', wanted = ''] = tag;
  const form = rootForms.find((one) => one === (byName ?? byTag.toLowerCase()));
  // UUIDs are case-insensitive; labels are not.
  return volumes.find((volume) => {
    const own = form && tagOf(volume, form);
    return form?.endsWith('uuid') ? own?.toLowerCase() === wanted.toLowerCase() : own === wanted;
  });
}

/** `vg/lv` from `/dev/vg/lv` or from `/dev/mapper/vg-lv`, where a dash inside a name is doubled. */
function logicalVolume(value: string): string | undefined {
  const mapped = /^\/dev\/mapper\/((?:[^-/]|--)+)-((?:[^-/]|--)+)$/.exec(value);
  if (mapped !== null) return mapped.slice(1).join('/').replaceAll('--', '-');
  return /^\/dev\/([^/]+\/[^/]+)$/.exec(value)?.[1];
}

function tagOf(volume: VolumeOnDisk, form: RootForm): string | undefined {
  switch (form) {
    case 'uuid':
      return volume.fileSystem?.uuid;
    case 'label':
      return volume.fileSystem?.label;
    case 'partuuid':
      return volume.uuid;
    case 'partlabel':
      return volume.label;
    case 'device':
      return undefined;
  }
}

function nameRoot(volume: VolumeOnDisk, form: RootForm): string | undefined {
  if (form === 'device') {
    if (volume.name === 'disk') return '/dev/vda';
    return volume.number === undefined ? undefined : `/dev/vda${volume.number}`;
  }
  const tag = tagOf(volume, form);
  // A label from the disk must not add another parameter.
  return tag !== undefined && /^[\w.+:@-]+$/.test(tag) ? `${form.toUpperCase()}=${tag}` : undefined;
}

function missing(message: string, form: RootForm, known: readonly string[]): NotFoundError {
  const others = known.length === 0 ? 'Leave out root (--root)' : `Use one of: ${known.join(', ')}`;
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message,
    hint: `${others}.`,
    details: { field: 'root', value: form, known: [...known] },
  });
}
