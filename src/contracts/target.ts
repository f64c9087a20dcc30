import type { Arch } from '../kit/arch.ts';
import type { ImageIdentity } from './image.ts';
import type { Log } from './log.ts';
import type { Digest } from './proof.ts';
import type { GuestFacts } from './vendor.ts';

/** An image as a target knows it before its bytes are there. */
export interface DeliveryImage extends ImageIdentity {
  /** Where it comes from, without user info and query. */
  url: string;
  /** Of the published file, as far as they are known. */
  digests: readonly Digest[];
  guest?: GuestFacts;
  /** By the namespace that was asked for; absent while the sha256 of the published file is not known. */
  uuid?: string;
  /** Bytes of the raw disk; absent while the disk is not made. */
  virtualSize?: number;
}

/** A verified disk that is to be delivered. It must not be changed. */
export interface DeliveryDisk extends DeliveryImage {
  /** Absolute path of the raw disk. */
  path: string;
  uuid: string;
  virtualSize: number;
}

/** What a target works with beside the image. */
export interface TargetContext {
  /** Nothing outside may change: tell what would happen. */
  dryRun: boolean;
  /** Parent of the datasets that are made, where the caller named one. */
  dataset?: string;
  /** Address of the server, where the caller named one. */
  url?: URL;
  /** Folder for files, where the caller named one. */
  outputDir?: string;
  /** Where files go: the folder that the caller named, or one of this vendor and series in the cache. */
  outputDirOf(image: DeliveryImage): string;
  /** Folder of all caches. */
  cacheDir: string;
  /** Extra certificate authorities, PEM. */
  ca: readonly string[];
  now: Date;
  signal: AbortSignal;
  log: Log;
  /** Tells the caller which step is under way. */
  tell(message: string): void;
}

/** What a target would do for an image. */
export interface DeliveryPlan {
  /** One sentence or command line each, in order. */
  steps: readonly string[];
  /** What describes the image at the target, as far as it is known. */
  manifest?: object;
}

/** What a target has done. */
export interface Delivery {
  /** Absolute paths of what was written. */
  files?: readonly string[];
  /** The image was there already, and nothing changed. */
  already?: boolean;
  manifest?: object;
}

/** A place where a built image goes. It gets a verified disk; it never resolves, fetches or verifies one. */
export interface Target {
  id: string;
  title: string;
  /** Version of this contract that it was written for. */
  apiVersion: 1;
  /** Architectures that it takes, the default one first; absent: all of them. */
  arches?: readonly Arch[] | undefined;
  /**
   * Asked before anything is fetched. Throws where the settings or this machine will not do; under `dryRun` only where the
   * settings are wrong. A sentence: this machine can only plan, and the call ends with the plan and that sentence.
   */
  check(context: TargetContext): Promise<string | undefined>;
  /** Changes nothing. */
  plan(image: DeliveryImage, context: TargetContext): Promise<DeliveryPlan>;
  /** Leaves nothing half made behind: what fails or is aborted is undone, or resumed by the next call. */
  deliver(disk: DeliveryDisk, context: TargetContext): Promise<Delivery>;
}
