import { UsageError } from '../../errors.ts';
import { type ExportPin, pinTitle } from './export-target.ts';
import { commentLine } from './quote.ts';

/**
 * The name of each pin as an identifier of HCL, `debian-13_amd64`: no dot, and no digit in front. It depends on the pin alone,
 * as Terraform makes a resource anew when its name changes; two pins of one name are `ERR_INVALID_REQUEST`.
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
    message: `${pinTitle(one)} and ${pinTitle(other)} would both be called ${name}`,
    hint: 'Export one of the two by its name, or rename one in the lock file.',
    details: { field: 'alias', value: other.alias },
  });
}

/**
 * A file name that is the pin's alone, so that a new build never takes the place of an old one. Proxmox takes no character
 * outside of these (`SAFE_CHAR_CLASS_RE` of pve-storage).
 */
export function pinFileName({ alias, arch, image }: ExportPin, ending: string): string {
  const stem = [alias, image.snapshot, arch].join('_').replace(/[^A-Za-z0-9._-]/g, '-');
  return `${stem.slice(0, 200)}.${ending}`;
}

/** What a pin is, above its words. */
export function pinComment(pin: ExportPin): string {
  return commentLine(`${pinTitle(pin)}: ${pin.request}, snapshot ${pin.image.snapshot}`);
}
