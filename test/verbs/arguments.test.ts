import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtIns, createRootdisk } from '../../src/index.ts';

let folder: string;
let input: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-arguments-'));
  input = join(folder, 'disk.raw');
  await writeFile(input, new Uint8Array(4096).fill(1));
});
afterAll(() => rm(folder, { recursive: true }));

/** A caller in plain JavaScript, which may pass any value. */
type Loose = (...values: unknown[]) => unknown;

const rootdisk = createRootdisk({ ...builtIns });
const verbs: Readonly<Record<string, Loose>> = { ...(rootdisk as unknown as typeof verbs) };

/** The one option that verbs of lock files require. */
function withLockfile(options: unknown): unknown {
  const isMore = typeof options === 'object' && options !== null && !Array.isArray(options);
  return isMore ? { lockfile: join(folder, 'rootdisk.lock.json'), ...options } : options;
}

/** Each verb with valid arguments before its options. */
const calls: Readonly<Record<string, (options: unknown) => unknown>> = {
  ensureImage: (options) => verbs['ensureImage']?.(input, options),
  ensureImages: (options) => verbs['ensureImages']?.([input], options),
  resolveImage: (options) => verbs['resolveImage']?.(input, options),
  listImages: (options) => verbs['listImages']?.('debian', options),
  convertImage: (options) => verbs['convertImage']?.(input, join(folder, 'out.raw'), options),
  inspectImage: (options) => verbs['inspectImage']?.(input, options),
  verifyCache: (options) => verbs['verifyCache']?.(options),
  lockImages: (options) => verbs['lockImages']?.('debian:13', withLockfile(options)),
  updateLock: (options) => verbs['updateLock']?.([], withLockfile(options)),
  checkLock: (options) => verbs['checkLock']?.([], withLockfile(options)),
  listCache: (options) => verbs['listCache']?.(options),
  removeFromCache: (options) => verbs['removeFromCache']?.([], options),
  pruneCache: (options) => verbs['pruneCache']?.(options),
  cloneDisk: (options) => verbs['cloneDisk']?.(input, join(folder, 'clone.raw'), options),
  createSeed: (options) => verbs['createSeed']?.(options),
  exportLock: (options) => verbs['exportLock']?.(withLockfile(options)),
  listLocked: (options) => verbs['listLocked']?.(withLockfile(options)),
  verifyDocument: (options) => {
    const subject = { document: new Uint8Array(1), keys: [], name: 'SUMS' };
    const isMore = typeof options === 'object' && options !== null && !Array.isArray(options);
    return verbs['verifyDocument']?.(isMore ? { ...subject, ...options } : options);
  },
};

/** The result of a call, for verbs that return a promise and for those that return a sequence. */
async function refusalOf(answer: unknown): Promise<unknown> {
  try {
    const iterator = Object(answer)[Symbol.asyncIterator]?.();
    await (iterator === undefined ? answer : iterator.next());
  } catch (error) {
    return error;
  }
  return undefined;
}

async function expectRefusal(answer: unknown, message: string, hint?: string): Promise<void> {
  expect(await refusalOf(answer)).toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    message: expect.stringContaining(message),
    hint: hint ?? expect.stringMatching(/^[A-Z].*\.$/),
  });
}

const ofTransport = ['ensureImage', 'resolveImage', 'listImages', 'verifyCache'];
const ofFiles = ['convertImage', 'inspectImage'];
const ofReferences = ['ensureImage', 'ensureImages', 'resolveImage'];
const ofCare = ['listCache', 'removeFromCache', 'pruneCache'];
const ofFew = ['cloneDisk', 'createSeed'];
const all = [...ofTransport, ...ofCare, ...ofFiles, ...ofFew, 'verifyDocument'];
const allButDocuments = [...ofTransport, ...ofFiles];

const ofLocks = ['lockImages', 'updateLock', 'checkLock'];
type Wrong = [options: object, message: string, hint?: string];
/** The verbs, wrong options for each of them, and the message of the error. */
const wrong: [string[], ...Wrong][] = [
  [
    allButDocuments,
    { limits: { virtualByte: 1 } },
    'limit "virtualByte"',
    'Did you mean virtualBytes?',
  ],
  [allButDocuments, { limits: { members: '5' } }, 'limits.members must be a positive whole number'],
  [allButDocuments, { limits: { members: -1 } }, 'limits.members must be a positive whole number'],
  [allButDocuments, { limits: 5 }, 'limits must be an object'],
  [allButDocuments, { limits: null }, 'limits must be an object'],
  [ofLocks, { lockfile: 5 }, 'lockfile must be a text'],
  [ofLocks, { arch: [5] }, 'arch must be a text or a list of texts'],
  [ofLocks, { lockfle: 'a' }, 'unknown option "lockfle"', 'Did you mean lockfile?'],
  [ofLocks, { limits: 5 }, 'limits must be an object'],
  [['lockImages'], { fromCache: 'yes' }, 'fromCache must be true or false'],
  [ofCare, { log: true }, 'log must be a function'],
  [ofCare, { cacheDri: '/' }, 'unknown option "cacheDri"', 'Did you mean cacheDir?'],
  [allButDocuments, { limts: {} }, 'unknown option "limts"', 'Did you mean limits?'],
  [allButDocuments, { signal: 5 }, 'signal must be an AbortSignal'],
  [allButDocuments, { log: true }, 'log must be a function'],
  [ofTransport, { mirrors: [] }, 'mirrors must be an object'],
  [ofTransport, { mirrors: { 'https://a.example/': 5 } }, 'mirrors must be an object'],
  [ofTransport, { ca: 7 }, 'ca must be a text or a list of texts'],
  [[...ofTransport, ...ofCare], { cacheDir: 7 }, 'cacheDir must be a text'],
  [
    [...ofTransport, 'pruneCache', 'verifyDocument'],
    { now: new Date('never') },
    'now must be a valid Date',
  ],
  [[...ofFiles, 'ensureImage', 'verifyCache'], { onProgress: 1 }, 'onProgress must be a function'],
  [[...ofFiles, 'ensureImage'], { allow: 'trailing' }, 'allow must be a list of texts'],
  [[...ofFiles, 'ensureImage'], { allow: ['trailin'] }, '"trailin"', 'Did you mean trailing?'],
  [[...ofFiles, 'ensureImage'], { alow: [] }, 'unknown option "alow"', 'Did you mean allow?'],
  [ofFiles, { from: 'gz>raw' }, 'from must be a list of format ids'],
  [[...ofFiles, 'ensureImage'], { from: [7] }, 'from must be a list of format ids'],
  [ofFiles, { form: ['raw'] }, 'unknown option "form"', 'Did you mean from?'],
  [ofFiles, { entry: 7 }, 'entry must be a text'],
  [ofFiles, { scratchDir: new URL('file:///tmp') }, 'scratchDir must be a text'],
  [['convertImage'], { force: 'yes' }, 'force must be true or false'],
  [['convertImage'], { fource: true }, 'unknown option "fource"', 'Did you mean force?'],
  [['cloneDisk'], { fixGPT: true }, 'unknown option "fixGPT"', 'Did you mean fixGpt?'],
  [['cloneDisk'], { signal: 5 }, 'signal must be an AbortSignal'],
  [['cloneDisk'], { size: 5 }, 'size must be a number of bytes that is a multiple of 512'],
  [['createSeed'], { userdata: '' }, 'unknown option "userdata"', 'Did you mean userData?'],
  [['createSeed'], { sshKeys: 'ssh-ed25519' }, 'sshKeys must be a list of texts'],
  [['exportLock', 'listLocked'], { lockfil: '' }, '"lockfil"', 'Did you mean lockfile?'],
  [['exportLock', 'listLocked'], { lockfile: 5 }, 'lockfile must be a text'],
  [['pruneCache'], { dryRun: 'no' }, 'dryRun must be true or false'],
  [['pruneCache'], { dryrun: true }, 'unknown option "dryrun"', 'Did you mean dryRun?'],
  [['pruneCache'], { budget: '5' }, 'budget must be'],
  [['verifyCache'], { repair: 1 }, 'repair must be true or false'],
  [['verifyCache'], { repiar: true }, 'unknown option "repiar"', 'Did you mean repair?'],
  [['verifyDocument'], { document: 'text' }, 'document must be bytes'],
  [['verifyDocument'], { document: undefined }, 'document must be bytes'],
  [['verifyDocument'], { signature: 'text' }, 'signature must be bytes'],
  [['verifyDocument'], { signatur: 1 }, 'unknown option "signatur"', 'Did you mean signature?'],
  [['verifyDocument'], { keys: ['text'] }, 'keys must be a list of bytes'],
  [['verifyDocument'], { name: 7 }, 'name must be a text'],
  [['verifyDocument'], { pick: /x/ }, 'pick must be a text'],
  [ofReferences, { keys: 'abc' }, 'keys must be a list of texts'],
  [ofReferences, { keys: [7] }, 'keys must be'],
  [ofReferences, { keys: { replace: 'abc' } }, 'keys must be'],
  [ofReferences, { arch: 64 }, 'arch must be a text'],
  [ofReferences, { digest: 7 }, 'digest must be a text'],
  [ofReferences, { parameters: { version: 7 } }, 'parameters must be an object whose values'],
  [ofReferences, { trsut: 'none' }, 'unknown option "trsut"', 'Did you mean trust?'],
  [['ensureImage', 'verifyCache'], { offline: 'yes' }, 'offline must be true or false'],
  [['ensureImage', 'verifyCache'], { ofline: true }, '"ofline"', 'Did you mean offline?'],
];
const rows = wrong.flatMap(([names, ...rest]) =>
  names.map((name): [string, ...Wrong] => [name, ...rest]),
);

test.each(rows)('%s refuses %j', async (verb, options, message, hint) => {
  await expectRefusal(calls[verb]?.(options), message, hint);
});

describe.each(all)('%s', (verb) => {
  test.each([5, 'text', null, []])('refuses %j as its options', async (options) => {
    await expectRefusal(calls[verb]?.(options), 'options must be an object');
  });

  test('accepts options that are undefined, and unknown names of other verbs', async () => {
    const controller = new AbortController();
    controller.abort('stop here');
    const seed = verb === 'createSeed' ? { hostname: 'box' } : {};
    const options = { limits: undefined, somethingElse: 1, keepSource: true, ...seed };
    const offline = verb === 'ensureImage' || verb === 'verifyCache' ? { offline: true } : {};
    const cacheDir = join(folder, 'cache');
    const answer = calls[verb]?.({ ...options, ...offline, cacheDir, signal: controller.signal });
    const refusal = await refusalOf(answer);
    expect(refusal).not.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
  });
});

describe.each([undefined, null, 7, {}])('%j', (value) => {
  test.each([
    ['ensureImage', [value], 'reference'],
    ['resolveImage', [value], 'reference'],
    ['listImages', [value], 'vendor'],
    ['inspectImage', [value], 'path'],
    ['convertImage', [value, 'out.raw'], 'input'],
    ['convertImage', ['in.raw', value], 'output'],
  ])('is not an argument of %s', async (verb, values, field) => {
    const refusal = await refusalOf(verbs[verb]?.(...values));
    expect(refusal).toMatchObject({ code: 'ERR_INVALID_REQUEST', details: { field } });
  });
});

test.each(['', 'a\0b'])('%j is not a path', async (path) => {
  await expectRefusal(verbs['inspectImage']?.(path), 'path must be the path of a file');
  await expectRefusal(verbs['convertImage']?.(input, path), 'output must be the path of a file');
});

test('a refused conversion leaves no file', async () => {
  await refusalOf(calls['convertImage']?.({ limits: { members: -1 } }));
  expect(await readdir(folder)).not.toContain('out.raw');
});

test('defaults and options of createRootdisk are checked in the same way', async () => {
  const create = createRootdisk as unknown as Loose;
  expect(() => create({ vendor: [] })).toThrow(
    expect.objectContaining({ hint: 'Did you mean vendors?' }),
  );
  expect(() => create({ defaults: 5 })).toThrow('defaults must be an object');
  const low = createRootdisk({ ...builtIns, defaults: { limits: { members: 9 } } });
  await expectRefusal(
    (low.inspectImage as Loose)(input, { limits: 5 }),
    'limits must be an object',
  );
});
