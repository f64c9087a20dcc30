/** Codes of every error, by the class that carries them: the code is the cause. */
export type UsageCode = 'ERR_INVALID_REQUEST' | 'ERR_UNKNOWN_VENDOR' | 'ERR_DUPLICATE_PART';
export type NotFoundCode = 'ERR_NOT_FOUND' | 'ERR_OFFLINE_MISS';
export type TransferCode =
  | 'ERR_NETWORK'
  | 'ERR_HTTP_STATUS'
  | 'ERR_STALLED'
  | 'ERR_REDIRECT'
  | 'ERR_METADATA';
export type IntegrityCode = 'ERR_DIGEST' | 'ERR_SIZE' | 'ERR_UNTRUSTED' | SignatureCode;
/** What is wrong with a signature, its signer or its age; each cause has a code of its own. */
export type SignatureCode =
  | 'ERR_SIGNATURE'
  | 'ERR_SIGNATURE_MISSING'
  | 'ERR_UNKNOWN_SIGNER'
  | 'ERR_SIGNER_EXPIRED'
  | 'ERR_SIGNER_REVOKED'
  | 'ERR_SIGNED_IN_FUTURE'
  | 'ERR_WEAK_HASH'
  | 'ERR_KEY'
  | 'ERR_ROLLBACK'
  | 'ERR_STALE';
export type DecodeCode =
  | 'ERR_DECODE'
  | 'ERR_UNSAFE_IMAGE'
  | 'ERR_UNSUPPORTED_FORMAT'
  | 'ERR_LIMIT'
  | 'ERR_CODEC_UNAVAILABLE';
export type CacheCode = 'ERR_CACHE_IO' | 'ERR_NO_SPACE' | 'ERR_CACHE_LOCKED';
export type PluginCode = 'ERR_PLUGIN';
export type ErrorCode =
  | UsageCode
  | NotFoundCode
  | TransferCode
  | IntegrityCode
  | DecodeCode
  | CacheCode
  | PluginCode;

/** What the caller can do about an error; each class of errors stands for one remedy. */
export type Remedy =
  /** Change the call. */
  | 'usage'
  /** Ask for something else. */
  | 'not-found'
  /** Try later. */
  | 'transfer'
  /** Do not use the bytes. */
  | 'integrity'
  /** The image is unusable or unsafe: get another one. */
  | 'decode'
  /** Fix the disk that the cache or the output lies on. */
  | 'cache'
  /** Tell the author of the plug-in. */
  | 'plugin';

/** The remedy of each code. */
export const remedies: Readonly<Record<ErrorCode, Remedy>> = {
  ERR_INVALID_REQUEST: 'usage',
  ERR_UNKNOWN_VENDOR: 'usage',
  ERR_DUPLICATE_PART: 'usage',
  ERR_NOT_FOUND: 'not-found',
  ERR_OFFLINE_MISS: 'not-found',
  ERR_NETWORK: 'transfer',
  ERR_HTTP_STATUS: 'transfer',
  ERR_STALLED: 'transfer',
  ERR_REDIRECT: 'transfer',
  ERR_METADATA: 'transfer',
  ERR_DIGEST: 'integrity',
  ERR_SIZE: 'integrity',
  ERR_UNTRUSTED: 'integrity',
  ERR_SIGNATURE: 'integrity',
  ERR_SIGNATURE_MISSING: 'integrity',
  ERR_UNKNOWN_SIGNER: 'integrity',
  ERR_SIGNER_EXPIRED: 'integrity',
  ERR_SIGNER_REVOKED: 'integrity',
  ERR_SIGNED_IN_FUTURE: 'integrity',
  ERR_WEAK_HASH: 'integrity',
  ERR_KEY: 'integrity',
  ERR_ROLLBACK: 'integrity',
  ERR_STALE: 'integrity',
  ERR_DECODE: 'decode',
  ERR_UNSAFE_IMAGE: 'decode',
  ERR_UNSUPPORTED_FORMAT: 'decode',
  ERR_LIMIT: 'decode',
  ERR_CODEC_UNAVAILABLE: 'decode',
  ERR_CACHE_IO: 'cache',
  ERR_NO_SPACE: 'cache',
  ERR_CACHE_LOCKED: 'cache',
  ERR_PLUGIN: 'plugin',
};
