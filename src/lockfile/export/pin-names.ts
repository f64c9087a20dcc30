import { UsageError } from '../../errors.ts';
import { type ExportPin, pinTitle } from './export-target.ts';
import { commentLine } from './quote.ts';

/**
 * The name of each pin as an identifier of HCL, `debian-13_amd64`: without dots, and not starting with a digit. It
 * depends only on the pin, because Terraform replaces a resource when its name changes. Throws `ERR_INVALID_REQUEST`
 * if two pins get the same name.
 */
export function hclNames<T extends ExportPin>(pins: readonly T[]): (readonly [string, T])[] {
  const taken = new Map<string, ExportPin>();
  return pins.map((pin) => {
    const name = `${pin.alias}_${pin.arch}`
      .replace(/[^A-Za-z0-9_-]/g, '_')
      .replace(/^(?![A-Za-z_])/, '_');
    const other = taken.get(name);
    if (other !== undefined) throw sameName(name, other, pin);
    taken.set(name, pin);
    return [name, pin] as const;
  });
}

function sameName(name: string, one: ExportPin, other: ExportPin): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${pinTitle(one)} and ${pinTitle(other)} would both get the name ${name}`,
    hint: 'Export one of the two by its name, or rename one in the lock file.',
    details: { field: 'alias', value: other.alias },
  });
}

/**
 * A file name that only this pin has, so that a new build never replaces an old one. Proxmox accepts no other
 * characters (`SAFE_CHAR_CLASS_RE` of pve-storage).
 */
export function pinFileName({ alias, arch, image }: ExportPin, ending: string): string {
  const stem = [alias, image.snapshot, arch].join('_').replace(/[^A-Za-z0-9._-]/g, '-');
  return `${stem.slice(0, 200)}.${ending}`;
}

/** The comment above a pin. */
export function pinComment(pin: ExportPin): string {
  return commentLine(`${pinTitle(pin)}: ${pin.request}, snapshot ${pin.image.snapshot}`);
}
