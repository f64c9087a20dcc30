import type { MenuFile } from '../menu.ts';
import type { GrubStatement } from './parse-script.ts';
import type { Variables } from './variables.ts';

/** What `linux` and `initrd` name. */
interface Loaded {
  /** The path as it is written. */
  path: string;
  /** Absent where its device is not on the disk. */
  kernel?: MenuFile;
  initrd: MenuFile[];
  cmdline: string;
  /** A path of an initrd whose device is not on the disk. */
  lost?: string;
}

/** A line of the menu before its commands were run. */
export interface RawItem {
  kind: 'entry' | 'submenu';
  title: string;
  id?: string;
  body: GrubStatement[];
  /** Its entry file of the Boot Loader Specification tells the version. */
  bls?: { version?: string };
}

/** Where commands run. */
export interface Frame {
  variables: Variables;
  /** The menu that they fill; absent within an entry. */
  items?: RawItem[];
  loaded?: Loaded;
  /** Another configuration brought the menu: the commands that follow are never reached. */
  isOver?: boolean;
}
