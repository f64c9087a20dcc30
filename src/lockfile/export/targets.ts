import type { ExportKind } from '../../contracts/lock-export.ts';
import type { ExportTarget } from './export-target.ts';
import { json } from './json.ts';
import { lima } from './lima.ts';
import { packer } from './packer.ts';
import { terraformLibvirt } from './terraform-libvirt.ts';
import { terraformProxmox } from './terraform-proxmox.ts';

/** The formats to which a lock file can be exported. */
export const exportTargets: Readonly<Record<ExportKind, ExportTarget>> = {
  lima,
  packer,
  'terraform-proxmox': terraformProxmox,
  'terraform-libvirt': terraformLibvirt,
  json,
};
