export type {
  CacheCode,
  DecodeCode,
  ErrorCode,
  IntegrityCode,
  NotFoundCode,
  PluginCode,
  Remedy,
  SignatureCode,
  TransferCode,
  UsageCode,
} from './errors/codes.ts';
export type {
  CacheDetails,
  DecodeDetails,
  IntegrityDetails,
  NotFoundDetails,
  PluginDetails,
  TransferDetails,
  UsageDetails,
} from './errors/details.ts';
export {
  type AnyImageError,
  CacheError,
  DecodeError,
  hasRemedy,
  ImageError,
  IntegrityError,
  isImageError,
  NotFoundError,
  PluginError,
  TransferError,
  UsageError,
} from './errors/image-error.ts';
export type { DefectReason, SignatureReason } from './errors/reasons.ts';
export { refuse, refuseSignature } from './errors/refuse.ts';
