import type { MenuFile } from '../menu.ts';
import type { GrubStatement } from './parse-script.ts';
import type { Variables } from './variables.ts';

/** The files that `linux` and `initrd` name. */
interface Loaded {
  /** The path as written. */
  path: string;
  /** Absent if its device is not on the disk. */
  kernel?: MenuFile;
  initrd: MenuFile[];
  cmdline: string;
  /** The path of an initrd whose device is not on the disk. */
  lost?: string;
}

/** A line of the menu before its commands are run. */
export interface RawItem {
  kind: 'entry' | 'submenu';
  title: string;
  id?: string;
  body: GrubStatement[];
  /** Present if it comes from an entry file of the Boot Loader Specification, with the version in that file. */
  bls?: { version?: string };
}

/** The state in which commands run. */
export interface Frame {
  variables: Variables;
  /** The menu to which they add entries; absent inside an entry. */
  items?: RawItem[];
  loaded?: Loaded;
  /** True after another configuration provided the menu: the remaining commands are not run. */
  isOver?: boolean;
}
