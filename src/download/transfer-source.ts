import type { BodyOptions } from '../http/bodies/body.ts';
import type { Body } from '../http/client.ts';

/** A place that the bytes of a download can be had from. */
export interface TransferSource {
  url: URL;
  /** Another address than the one that the vendor gives first. */
  isMirror: boolean;
  /** Id of the tier whose copy it is; absent for upstream. */
  tier?: string;
  open(options: BodyOptions): Promise<Body>;
  /** Told where it cannot be used and another one is to follow. */
  fail?(error: Error): Promise<void>;
}
