import type { Arch } from './arch.ts';
import type { ImageIdentity } from './image.ts';
import type { Log } from './log.ts';
import type { Digest } from './proof.ts';
import type { GuestFacts } from './vendor.ts';

/** An image as a target knows it before its bytes are available. */
export interface DeliveryImage extends ImageIdentity {
  /** Upstream address, without user info and query. */
  url: string;
  /** Known digests of the published file. */
  digests: readonly Digest[];
  guest?: GuestFacts;
  /** In the requested namespace; absent while the sha256 of the published file is unknown. */
  uuid?: string;
  /** Size of the raw disk in bytes; absent until the disk is made. */
  virtualSize?: number;
}

/** A verified disk to be delivered. The target must not change it. */
export interface DeliveryDisk extends DeliveryImage {
  /** Absolute path of the raw disk. */
  path: string;
  uuid: string;
  virtualSize: number;
}

/** What a target receives besides the image. */
export interface TargetContext {
  /** True: change nothing outside; only say what would happen. */
  dryRun: boolean;
  /** Parent of the new datasets, if the caller named one. */
  dataset?: string;
  /** Address of the server, if the caller named one. */
  url?: URL;
  /** Folder for files, if the caller named one. */
  outputDir?: string;
  /** Folder for files: the one that the caller named, else one for this vendor and series in the cache. */
  outputDirOf(image: DeliveryImage): string;
  /** Cache folder. */
  cacheDir: string;
  /** Extra certificate authorities, PEM. */
  ca: readonly string[];
  now: Date;
  signal: AbortSignal;
  log: Log;
  /** Tells the caller the current step. */
  tell(message: string): void;
}

/** What a target would do for an image. */
export interface DeliveryPlan {
  /** One sentence or command line for each step, in order. */
  steps: readonly string[];
  /** The description of the image at the target, as far as known. */
  manifest?: object;
}

/** The result of a delivery. */
export interface Delivery {
  /** Absolute paths of the written files. */
  files?: readonly string[];
  /** True if the image was already there and nothing changed. */
  already?: boolean;
  manifest?: object;
}

/** A destination for an image. It receives a verified disk; it never resolves, fetches or verifies one. */
export interface Target {
  id: string;
  title: string;
  /** Version of this contract that the target implements. */
  apiVersion: 1;
  /** Supported architectures, the default one first; absent: all. */
  arches?: readonly Arch[] | undefined;
  /**
   * Called before anything is fetched. Throws if the settings are wrong or this machine cannot deliver; with `dryRun`
   * only if the settings are wrong. A returned sentence says that this machine can only plan; the call then ends with
   * the plan and that sentence.
   */
  check(context: TargetContext): Promise<string | undefined>;
  /** Returns the steps for an image; changes nothing. */
  plan(image: DeliveryImage, context: TargetContext): Promise<DeliveryPlan>;
  /**
   * Delivers a disk. After a failure or an abort it leaves nothing half done: it undoes its steps, or the next call
   * resumes.
   */
  deliver(disk: DeliveryDisk, context: TargetContext): Promise<Delivery>;
}
