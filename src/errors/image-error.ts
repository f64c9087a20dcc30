import {
  type CacheCode,
  type DecodeCode,
  type ErrorCode,
  type IntegrityCode,
  type NotFoundCode,
  type PluginCode,
  type Remedy,
  remedies,
  type TransferCode,
  type UsageCode,
} from './codes.ts';
import type {
  CacheDetails,
  DecodeDetails,
  IntegrityDetails,
  NotFoundDetails,
  PluginDetails,
  TransferDetails,
  UsageDetails,
} from './details.ts';
import { type ExitCodes, exitCodes } from './exit-codes.ts';

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
 * Base of every error that this package raises on purpose. `code` is the cause, `remedy` (and the class) what the caller
 * can do about it, `exitCode` what the command line exits with. `isImageError` recognises it across two copies of the
 * package.
 */
export abstract class ImageError<
  Code extends ErrorCode = ErrorCode,
  Details extends object = object,
  R extends Remedy = Remedy,
> extends Error {
  readonly code: Code;
  readonly hint: string;
  readonly details: Details;
  abstract readonly remedy: R;

  constructor(init: Init<Code, Details>) {
    super(printable(init.message), init.cause === undefined ? undefined : { cause: init.cause });
    this.name = new.target.name;
    this.code = init.code;
    this.hint = printable(init.hint ?? '');
    this.details = init.details;
    Object.defineProperty(this, brand, { value: true });
  }

  get exitCode(): ExitCodes[R] {
    return exitCodes[this.remedy];
  }
}

/** Change the call. */
export class UsageError extends ImageError<UsageCode, UsageDetails, 'usage'> {
  readonly remedy = 'usage';
}
/** Ask for something else. */
export class NotFoundError extends ImageError<NotFoundCode, NotFoundDetails, 'not-found'> {
  readonly remedy = 'not-found';
}
/** Try later. */
export class TransferError extends ImageError<TransferCode, TransferDetails, 'transfer'> {
  readonly remedy = 'transfer';
}
/** Do not use the bytes. */
export class IntegrityError extends ImageError<IntegrityCode, IntegrityDetails, 'integrity'> {
  readonly remedy = 'integrity';
}
/** The image is unusable or unsafe. */
export class DecodeError extends ImageError<DecodeCode, DecodeDetails, 'decode'> {
  readonly remedy = 'decode';
}
/** Fix the disk. */
export class CacheError extends ImageError<CacheCode, CacheDetails, 'cache'> {
  readonly remedy = 'cache';
}
/** Tell the plug-in's author. */
export class PluginError extends ImageError<PluginCode, PluginDetails, 'plugin'> {
  readonly remedy = 'plugin';
}

/** Any error of this package; `code` and `remedy` tell them apart. */
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

/**
 * True for an error of this package that has one of these remedies. An older copy of the package raises errors without
 * the field; their code says it.
 */
export function hasRemedy<R extends Remedy>(
  error: unknown,
  ...wanted: readonly R[]
): error is Extract<AnyImageError, { remedy: R }> {
  if (!isImageError(error)) return false;
  const { code, remedy = remedies[code] }: { code: ErrorCode; remedy?: Remedy } = error;
  return wanted.some((one) => one === remedy);
}

/** Names in messages come from documents and images: control characters must not reach a terminal or a log. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
