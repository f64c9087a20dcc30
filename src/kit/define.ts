import type { FileSystemFormat, VolumeFormat } from '../contracts/file-system.ts';
import type { Format } from '../contracts/format.ts';
import { type Proof, trustLevels, type Verifier } from '../contracts/proof.ts';
import type { Target } from '../contracts/target.ts';
import type { Tier } from '../contracts/tier.ts';
import type { Vendor } from '../contracts/vendor.ts';
import type { DiskWriter } from '../contracts/writer.ts';
import { UsageError } from '../errors.ts';
import { nearestWord } from './nearest-word.ts';

const idPattern = /^[a-z0-9][a-z0-9-]*$/;
/** An extension of file names, which may have several parts: `tar.gz`. */
const endingPattern = /^[a-z0-9][a-z0-9.-]*$/;
const optionPattern = /^[a-z0-9][a-z0-9_.-]*$/i;
const evidences: readonly unknown[] = ['captured', 'documented', 'unverified'];

const vendorFields = [
  'id',
  'title',
  'apiVersion',
  'latest',
  'trust',
  'evidence',
  'publisher',
  'keys',
  'resolve',
  'list',
];
const formatFields = {
  codec: ['kind', 'id', 'apiVersion', 'detect', 'detectFurther', 'size', 'decode', 'copyTo'],
  archive: ['kind', 'id', 'apiVersion', 'detect', 'entries'],
  disk: ['kind', 'id', 'apiVersion', 'detect', 'open', 'readFooter'],
  filesystem: ['kind', 'id', 'apiVersion', 'detect', 'open'],
  volumes: ['kind', 'id', 'apiVersion', 'detect', 'open'],
} as const;
const formatMethods = {
  codec: 'decode',
  archive: 'entries',
  disk: 'open',
  filesystem: 'open',
  volumes: 'open',
} as const;
const writerFields = ['kind', 'id', 'apiVersion', 'extension', 'options', 'check', 'write'];
const targetMethods = ['check', 'plan', 'deliver'];
const targetFields = ['id', 'title', 'apiVersion', 'arches', ...targetMethods];
const tierFields = ['id', 'title', 'apiVersion', 'only', 'visit'];
const verifierFields = ['kind', 'apiVersion', 'prove', 'verifyDocument'];
const noMethods: readonly string[] = ['kind', 'id', 'apiVersion'];

/** Types a vendor and checks its shape at once (`ERR_INVALID_REQUEST` names the fault); returns the same object. */
export function defineVendor<V extends Vendor>(vendor: V): V {
  checkObject('vendor', vendor);
  checkId('vendor', vendor.id);
  const name = `vendor ${vendor.id}`;
  refuseSlips(name, vendor, vendorFields);
  if (typeof vendor.title !== 'string') throw invalid(`${name}: no title`);
  checkApiVersion(name, vendor.apiVersion);
  needMethod(name, vendor, 'resolve');
  allowMethods(name, vendor, ['list']);
  checkText(name, 'publisher', vendor.publisher);
  checkText(name, 'latest', vendor.latest);
  if (vendor.trust !== undefined && !trustLevels.includes(vendor.trust)) {
    throw invalid(`${name}: trust must be ${trustLevels.join(', ')}, found ${show(vendor.trust)}`);
  }
  const keys: unknown = vendor.keys ?? [];
  if (!Array.isArray(keys)) throw invalid(`${name}: keys must be a list, found ${show(keys)}`);
  for (const word of wordsOf(vendor.evidence)) {
    if (!evidences.includes(word)) {
      throw invalid(`${name}: evidence must be ${evidences.join(', ')}, found ${show(word)}`);
    }
  }
  return vendor;
}

/**
 * Types a codec, archive, disk, file system or volume format and checks its shape at once; returns the same object.
 */
export function defineFormat<F extends Format | FileSystemFormat | VolumeFormat>(format: F): F {
  checkObject('format', format);
  checkId('format', format.id);
  const name = `format ${format.id}`;
  if (!Object.hasOwn(formatMethods, format.kind)) {
    throw invalid(
      `${name}: kind must be codec, archive, disk, filesystem or volumes, found ${show(format.kind)}`,
    );
  }
  const fields: readonly string[] = formatFields[format.kind];
  refuseSlips(name, format, fields);
  checkApiVersion(name, format.apiVersion ?? 1);
  needMethod(name, format, 'detect');
  needMethod(name, format, formatMethods[format.kind]);
  allowMethods(
    name,
    format,
    fields.filter((field) => !noMethods.includes(field)),
  );
  return format;
}

/** Types a writer of a disk format and checks its shape at once; returns the same object. */
export function defineWriter<W extends DiskWriter>(writer: W): W {
  checkObject('writer', writer);
  checkText('writer', 'id', writer.id);
  if (!endingPattern.test(writer.id)) {
    throw invalid(
      `writer id ${show(writer.id)} must be lower-case letters, digits, dots and dashes`,
    );
  }
  const name = `writer ${writer.id}`;
  refuseSlips(name, writer, writerFields);
  checkApiVersion(name, writer.apiVersion ?? 1);
  const { extension = writer.id } = writer;
  checkText(name, 'extension', extension);
  if (!endingPattern.test(extension)) {
    throw invalid(
      `${name}: extension ${show(extension)} must be lower-case and without a leading dot`,
    );
  }
  for (const [option, { values, default: standard }] of Object.entries(writer.options ?? {})) {
    const isWord = [option, ...values].every((word) => optionPattern.test(word));
    if (isWord && values.includes(standard)) continue;
    throw invalid(
      `${name}: option ${show(option)} must have words as values, its default among them`,
    );
  }
  needMethod(name, writer, 'check');
  needMethod(name, writer, 'write');
  return writer;
}

/**
 * Types a verifier and checks its shape at once; returns the same object. Its kind is one of the four built-in ones,
 * or one that the plug-in declares in `RootdiskProofs`.
 */
export function defineVerifier<K extends Proof['kind']>(verifier: Verifier<K>): Verifier<K> {
  checkVerifierShape(verifier);
  return verifier;
}

/** The check of `defineVerifier`, for a verifier whose kind the compiler does not know. */
export function checkVerifierShape(verifier: { kind: string; apiVersion?: 1 | undefined }): void {
  checkObject('verifier', verifier);
  checkId('verifier kind', verifier.kind);
  const name = `verifier ${verifier.kind}`;
  refuseSlips(name, verifier, verifierFields);
  checkApiVersion(name, verifier.apiVersion ?? 1);
  needMethod(name, verifier, 'prove');
  allowMethods(name, verifier, ['verifyDocument']);
}

/** Types a target and checks its shape at once; returns the same object. */
export function defineTarget<T extends Target>(target: T): T {
  checkObject('target', target);
  checkId('target', target.id);
  const name = `target ${target.id}`;
  refuseSlips(name, target, targetFields);
  if (typeof target.title !== 'string') throw invalid(`${name}: no title`);
  checkApiVersion(name, target.apiVersion);
  for (const method of targetMethods) needMethod(name, target, method);
  const found: unknown = target.arches ?? [];
  if (!Array.isArray(found)) throw invalid(`${name}: arches must be a list, found ${show(found)}`);
  return target;
}

/** Types a tier and checks its shape at once; returns the same object. */
export function defineTier<T extends Tier>(tier: T): T {
  checkObject('tier', tier);
  checkId('tier', tier.id);
  const name = `tier ${tier.id}`;
  refuseSlips(name, tier, tierFields);
  if (typeof tier.title !== 'string') throw invalid(`${name}: no title`);
  checkApiVersion(name, tier.apiVersion);
  needMethod(name, tier, 'visit');
  const only: unknown = tier.only ?? false;
  if (typeof only !== 'boolean')
    throw invalid(`${name}: only must be true or false, found ${show(only)}`);
  return tier;
}

// The types guarantee most of this, but not for a plug-in in plain JavaScript.

function checkObject(what: string, part: unknown): void {
  if (typeof part === 'object' && part !== null && !Array.isArray(part)) return;
  throw invalid(`a ${what} must be an object, found ${show(part)}`);
}

function checkId(what: string, id: unknown): void {
  if (typeof id === 'string' && idPattern.test(id)) return;
  const name = what.includes(' ') ? what : `${what} id`;
  throw invalid(`${name} ${show(id)} must be lower-case letters, digits and dashes`);
}

/** Refuses an unknown field that resembles a missing one: it is probably misspelt and would be ignored silently. */
function refuseSlips(name: string, part: object, fields: readonly string[]): void {
  const missing = fields.filter((field) => Reflect.get(part, field) === undefined);
  for (const field of Object.keys(part)) {
    if (fields.includes(field)) continue;
    const meant = nearestWord(field, missing);
    if (meant === undefined) continue;
    throw invalid(`${name}: unknown field ${show(field)}; did you mean ${meant}?`);
  }
}

/** The only version of the contracts so far; `apiVersion` will tell later ones apart. */
function checkApiVersion(name: string, found: unknown): void {
  if (found !== 1) throw invalid(`${name}: apiVersion must be 1, found ${show(found)}`);
}

function needMethod(name: string, part: object, method: string): void {
  if (typeof Reflect.get(part, method) !== 'function') throw invalid(`${name}: no ${method}()`);
}

function allowMethods(name: string, part: object, methods: readonly string[]): void {
  for (const method of methods) {
    const value = Reflect.get(part, method);
    if (value === undefined || typeof value === 'function') continue;
    throw invalid(`${name}: ${method} must be a method, found ${show(value)}`);
  }
}

function checkText(name: string, field: string, value: unknown): void {
  if (value === undefined || typeof value === 'string') return;
  throw invalid(`${name}: ${field} must be a text, found ${show(value)}`);
}

function wordsOf(evidence: unknown): unknown[] {
  if (evidence === undefined) return [];
  return typeof evidence === 'object' && evidence !== null ? Object.values(evidence) : [evidence];
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

function invalid(message: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint: 'Correct the plug-in; its shape is documented in docs/plugins.md and in rootdisk/kit.',
    details: {},
  });
}
