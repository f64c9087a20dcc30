import type { Warning } from './log.ts';
import type { CacheOptions } from './options.ts';

/** The tools and formats for which `exportLock` writes pins. */
export const exportKinds = [
  'lima',
  'packer',
  'terraform-proxmox',
  'terraform-libvirt',
  'json',
] as const;

/** The syntax of a tool; `json`: plain facts. */
export type ExportKind = (typeof exportKinds)[number];

/** Options of `exportLock`. */
export interface ExportLockOptions extends CacheOptions {
  /** Path of the lock file. */
  lockfile: string;
  to: ExportKind;
  /** Names of the entries; default: all. */
  aliases?: readonly string[] | undefined;
  /** Any common spelling; default: every locked architecture. */
  arch?: string | undefined;
}

/** Pins in the syntax of a tool. */
export interface LockExport {
  to: ExportKind;
  /** Ends with a line break; empty if the lock file has no entries and the tool needs no text for that. */
  text: string;
  /**
   * `local-path` for each pin that is exported as its cached disk, because the tool cannot read the published file.
   */
  warnings: Warning[];
}
