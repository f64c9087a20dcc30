import type { BodyOptions } from '../http/bodies/body.ts';
import type { Body } from '../http/client.ts';

/** A source of the bytes of a download. */
export interface TransferSource {
  url: URL;
  /** True for an address other than the first one that the vendor gives. */
  isMirror: boolean;
  /** Id of the tier whose copy it is; absent for upstream. */
  tier?: string;
  open(options: BodyOptions): Promise<Body>;
  /** Called if it cannot be used and another source follows. */
  fail?(error: Error): Promise<void>;
}
