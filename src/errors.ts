/** Codes of every error, by the class that carries them: the class is the remedy, the code the cause. */
export type UsageCode = 'ERR_INVALID_REQUEST' | 'ERR_UNKNOWN_VENDOR' | 'ERR_DUPLICATE_PART';
export type NotFoundCode = 'ERR_NOT_FOUND' | 'ERR_OFFLINE_MISS';
export type TransferCode =
  | 'ERR_NETWORK'
  | 'ERR_HTTP_STATUS'
  | 'ERR_STALLED'
  | 'ERR_REDIRECT'
  | 'ERR_METADATA';
export type IntegrityCode = 'ERR_DIGEST' | 'ERR_SIZE' | 'ERR_UNTRUSTED' | SignatureCode;
/** What is wrong with who vouches for the bytes: one code a cause, an unknown signer unlike a bad signature. */
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

/** What is wrong with an image, in the field's words; `details.reason` of a `DecodeError`. */
export type DefectReason =
  | 'external-reference'
  | 'unsupported-feature'
  | 'unsupported-variant'
  | 'encrypted'
  | 'corrupt-header'
  | 'corrupt-table'
  | 'corrupt-data'
  | 'corrupt-flag'
  | 'checksum'
  | 'truncated'
  | 'trailing-data'
  | 'limit'
  | 'unsafe-path'
  | 'ambiguous-format'
  | 'ambiguous-content'
  | 'format-mismatch'
  | 'nested-format'
  | 'not-an-image'
  | 'empty'
  | 'codec-unavailable';

/** What is wrong with a signature, in the field's words; `details.reason` of an `IntegrityError` about one. */
export type SignatureReason =
  | 'malformed'
  | 'unsupported'
  | 'signature-bad'
  | 'signature-missing'
  | 'signer-unknown'
  | 'signer-expired'
  | 'signer-revoked'
  | 'signed-in-future'
  | 'weak-hash'
  | 'key-unusable'
  | 'key-unreachable'
  | 'rollback'
  | 'stale';

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
  attempts?: number;
  location?: string;
  expectedBytes?: number;
  receivedBytes?: number;
  stallMs?: number;
  field?: string;
  proxy?: string;
  errno?: string;
  /** The body changed or cannot be continued: the transfer has to start again from byte 0. */
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

interface Init<Code, Details> {
  code: Code;
  message: string;
  /** One imperative sentence: what to do now. */
  hint?: string | undefined;
  details: Details;
  cause?: unknown;
}

const brand = Symbol.for('rootdisk.ImageError');

/**
 * Base of every error that this package raises on purpose. `code` is the cause, the class is the remedy, `exitCode` is
 * what the command line exits with. Recognised by `isImageError` even across two copies of the package.
 */
export abstract class ImageError<
  Code extends ErrorCode = ErrorCode,
  Details extends object = object,
> extends Error {
  readonly code: Code;
  readonly hint: string;
  readonly details: Details;
  abstract readonly exitCode: number;

  constructor(init: Init<Code, Details>) {
    super(printable(init.message), init.cause === undefined ? undefined : { cause: init.cause });
    this.name = new.target.name;
    this.code = init.code;
    this.hint = printable(init.hint ?? '');
    this.details = init.details;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Change the call. */
export class UsageError extends ImageError<UsageCode, UsageDetails> {
  readonly exitCode = 2;
}
/** Ask for something else. */
export class NotFoundError extends ImageError<NotFoundCode, NotFoundDetails> {
  readonly exitCode = 3;
}
/** Try later. */
export class TransferError extends ImageError<TransferCode, TransferDetails> {
  readonly exitCode = 4;
}
/** Do not use the bytes. */
export class IntegrityError extends ImageError<IntegrityCode, IntegrityDetails> {
  readonly exitCode = 5;
}
/** The image is unusable or unsafe. */
export class DecodeError extends ImageError<DecodeCode, DecodeDetails> {
  readonly exitCode = 6;
}
/** Fix the disk. */
export class CacheError extends ImageError<CacheCode, CacheDetails> {
  readonly exitCode = 7;
}
/** Tell the plug-in's author. */
export class PluginError extends ImageError<PluginCode, PluginDetails> {
  readonly exitCode = 8;
}

/** Any error of this package; `code` tells them apart. */
export type AnyImageError =
  | UsageError
  | NotFoundError
  | TransferError
  | IntegrityError
  | DecodeError
  | CacheError
  | PluginError;

/** True for an error of this package, from whichever copy of it, and of that code where one is given. */
export function isImageError(value: unknown, code?: ErrorCode): value is AnyImageError {
  return (
    value instanceof Error &&
    Reflect.get(value, brand) === true &&
    (code === undefined || (value as { code?: unknown }).code === code)
  );
}

const defects: Record<DefectReason, DecodeCode> = {
  'external-reference': 'ERR_UNSAFE_IMAGE',
  'unsafe-path': 'ERR_UNSAFE_IMAGE',
  'ambiguous-format': 'ERR_UNSAFE_IMAGE',
  'ambiguous-content': 'ERR_UNSAFE_IMAGE',
  'format-mismatch': 'ERR_UNSAFE_IMAGE',
  'nested-format': 'ERR_UNSAFE_IMAGE',
  'not-an-image': 'ERR_UNSAFE_IMAGE',
  'unsupported-feature': 'ERR_UNSUPPORTED_FORMAT',
  'unsupported-variant': 'ERR_UNSUPPORTED_FORMAT',
  encrypted: 'ERR_UNSUPPORTED_FORMAT',
  'codec-unavailable': 'ERR_CODEC_UNAVAILABLE',
  'corrupt-header': 'ERR_DECODE',
  'corrupt-table': 'ERR_DECODE',
  'corrupt-data': 'ERR_DECODE',
  'corrupt-flag': 'ERR_DECODE',
  checksum: 'ERR_DECODE',
  truncated: 'ERR_DECODE',
  'trailing-data': 'ERR_DECODE',
  empty: 'ERR_DECODE',
  limit: 'ERR_LIMIT',
};

/** The typed refusal of an image: the code follows from the reason. */
export function refuse(
  reason: DefectReason,
  message: string,
  more: Omit<DecodeDetails, 'reason'> & { hint?: string; cause?: unknown } = {},
): DecodeError {
  const { hint, cause, ...details } = more;
  return new DecodeError({
    code: defects[reason],
    message,
    hint: hint ?? 'Do not use this image; get it again from its source.',
    details: { reason, ...details },
    cause,
  });
}

const signatureCodes: Record<SignatureReason, SignatureCode> = {
  malformed: 'ERR_SIGNATURE',
  unsupported: 'ERR_SIGNATURE',
  'signature-bad': 'ERR_SIGNATURE',
  'signature-missing': 'ERR_SIGNATURE_MISSING',
  'signer-unknown': 'ERR_UNKNOWN_SIGNER',
  'signer-expired': 'ERR_SIGNER_EXPIRED',
  'signer-revoked': 'ERR_SIGNER_REVOKED',
  'signed-in-future': 'ERR_SIGNED_IN_FUTURE',
  'weak-hash': 'ERR_WEAK_HASH',
  'key-unusable': 'ERR_KEY',
  'key-unreachable': 'ERR_KEY',
  rollback: 'ERR_ROLLBACK',
  stale: 'ERR_STALE',
};

/** The typed refusal of a signature, its keys or its age: the code follows from the reason. */
export function refuseSignature(
  reason: SignatureReason,
  message: string,
  more: Omit<IntegrityDetails, 'reason'> & { hint?: string; cause?: unknown } = {},
): IntegrityError {
  const { hint, cause, ...details } = more;
  return new IntegrityError({
    code: signatureCodes[reason],
    message,
    hint: hint ?? 'Do not use the bytes; tell the vendor if it lasts.',
    details: { reason, ...details },
    cause,
  });
}

/** Names in messages come from documents and images: control characters must not reach a terminal or a log. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
