import type { Warning } from './log.ts';
import type { CacheOptions } from './options.ts';

/** What `exportLock` writes pins for. */
export const exportKinds = [
  'lima',
  'packer',
  'terraform-proxmox',
  'terraform-libvirt',
  'json',
] as const;

/** A tool whose words pins are written in; `json`: plain facts. */
export type ExportKind = (typeof exportKinds)[number];

export interface ExportLockOptions extends CacheOptions {
  /** Path of the lock file. */
  lockfile: string;
  to: ExportKind;
  /** Names of the entries; default: all. */
  aliases?: readonly string[] | undefined;
  /** Any common spelling; default: every architecture that is locked. */
  arch?: string | undefined;
}

/** Pins in the words of a tool. */
export interface LockExport {
  to: ExportKind;
  /** Ends in a line break; empty where a lock file without entries has nothing to say to that tool. */
  text: string;
  /** `local-path` for each pin that is given as the cached disk, because the tool cannot read the published file. */
  warnings: Warning[];
}
