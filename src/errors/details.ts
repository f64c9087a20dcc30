import type { Allowance } from '../contracts/allowance.ts';
import type { DefectReason } from './reasons.ts';

/** `details` by class. Numbers are bytes unless the name says otherwise. */
export interface UsageDetails {
  field?: string;
  value?: string;
  known?: string[];
}
export interface NotFoundDetails {
  vendor?: string;
  field?: string;
  value?: string;
  known?: string[];
  cacheDir?: string;
}
export interface TransferDetails {
  url?: string;
  status?: number;
  /** Failed requests of this call for the address. */
  attempts?: number;
  location?: string;
  /** When the server wants to be asked again, as an ISO date. */
  retryAt?: string;
  expectedBytes?: number;
  receivedBytes?: number;
  stallMs?: number;
  field?: string;
  proxy?: string;
  errno?: string;
  /** `tls`: the server is there and is not who it should be, by its certificate or its handshake. */
  reason?: 'tls';
  /** The body changed or cannot be continued: true while the call may start it again from byte 0. */
  restart?: boolean;
}
export interface IntegrityDetails {
  url?: string;
  fileName?: string;
  expected?: string;
  actual?: string;
  from?: string;
  level?: string;
  wanted?: string;
  reason?: string;
  known?: string[];
  /** Full fingerprints, or the key id where a signature names no more. */
  signers?: string[];
  signedAt?: string;
}
export interface DecodeDetails {
  reason: DefectReason;
  format?: string;
  declared?: string;
  detected?: string;
  offset?: number;
  limit?: number;
  value?: number | string;
  /** The word of `allow` that takes the image in spite of this. */
  allow?: Allowance;
}
export interface CacheDetails {
  path?: string;
  errno?: string;
  neededBytes?: number;
  freeBytes?: number;
}
export interface PluginDetails {
  plugin: string;
  method: string;
}
