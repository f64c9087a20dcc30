import { randomUUID } from 'node:crypto';
import { open, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { inOutput } from '../../cache/cache-error.ts';
import { maxSeedBytes, seedKinds } from '../../contracts/seed.ts';
import { placeOutput, refuseExisting } from '../../convert/place-output.ts';
import { createRootdisk, createSeed, type SeedKind, type SeedOptions } from '../../core.ts';
import type { Flags } from '../args/flags.ts';
import { requestOptions, transportOptions } from '../args/option-groups.ts';
import type { OptionName } from '../args/options.ts';
import { readRequest, readTrust } from '../args/read-options.ts';
import { invalidOption, invalidValue } from '../args/refuse.ts';
import type { Command, CommandContext } from './command.ts';

export const seed: Command = {
  name: 'seed',
  operands: ['<out>'],
  summary: 'Write what configures a machine at first boot.',
  options: [
    'user-data',
    'meta-data',
    'network-config',
    'vendor-data',
    'hostname',
    'ssh-key',
    'user',
    'kind',
    'for',
    'vfat',
    'force',
    ...requestOptions,
    ...transportOptions,
  ],
  examples: [
    ['rootdisk seed seed.iso --hostname web1 --ssh-key ~/.ssh/id_ed25519.pub', 'the short way'],
    ['rootdisk seed seed.iso --user-data user-data.yaml', 'a NoCloud disc, label cidata'],
    ['rootdisk seed config.ign --user-data config.ign.json --for fedora-coreos', 'Ignition'],
  ],
  async run({ operands: [out = ''], ...context }) {
    const { flags, cwd } = context;
    const path = resolve(cwd, out);
    const force = flags.has('force');
    if (!force) await refuseExisting(path);
    const made = await createSeed({
      ...(await readSubject(context)),
      userData: await readPart(cwd, flags, 'user-data'),
      metaData: await readPart(cwd, flags, 'meta-data'),
      networkConfig: await readPart(cwd, flags, 'network-config'),
      vendorData: await readPart(cwd, flags, 'vendor-data'),
      hostname: flags.text('hostname'),
      sshKeys: flags.has('ssh-key') ? await readKeys(cwd, flags) : undefined,
      user: flags.text('user'),
      kind: readKind(flags),
      vfat: flags.has('vfat'),
    });
    await writeSeed(path, made.bytes, force);
    const { bytes, ...facts } = made;
    return { text: path, json: { path, ...facts, sizeBytes: bytes.length } };
  },
};

/** The image that will read the seed, where it was named. */
async function readSubject({
  flags,
  cwd,
  parts,
  transport,
}: Omit<CommandContext, 'operands'>): Promise<Pick<SeedOptions, 'guest' | 'vendor'>> {
  const reference = flags.text('for');
  if (reference === undefined) return {};
  const { guest, vendor } = await createRootdisk(parts).resolveImage(reference, {
    ...transport,
    ...readRequest(flags),
    ...readTrust(flags, cwd),
  });
  return { guest, vendor };
}

function readKind(flags: Flags): SeedKind | undefined {
  const given = flags.text('kind');
  const found = seedKinds.find((kind) => kind === given);
  if (given === undefined || found !== undefined) return found;
  throw invalidValue('kind', given, `Use one of: ${seedKinds.join(', ')}.`);
}

async function readPart(
  cwd: string,
  flags: Flags,
  option: OptionName,
): Promise<Uint8Array | undefined> {
  const file = flags.text(option);
  return file === undefined ? undefined : await readBytes(cwd, option, file);
}

async function readKeys(cwd: string, flags: Flags): Promise<string[]> {
  const files = await Promise.all(
    flags.list('ssh-key').map((file) => readBytes(cwd, 'ssh-key', file)),
  );
  return files.map((bytes) => bytes.toString('utf8'));
}

async function readBytes(cwd: string, option: OptionName, file: string): Promise<Buffer> {
  const path = resolve(cwd, file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    const hint = 'Give the path of a file that can be read.';
    throw invalidOption(option, `cannot read ${JSON.stringify(file)}`, hint, cause);
  });
  if (bytes.length <= maxSeedBytes) return bytes;
  const hint = 'Let the guest fetch large files itself at first boot.';
  throw invalidOption(option, `${JSON.stringify(file)} is larger than 10 MiB`, hint);
}

/** Only its owner can read it: a seed may hold secrets. */
async function writeSeed(path: string, bytes: Uint8Array, force: boolean): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    await inOutput(path, 'write', async () => {
      const handle = await open(partial, 'wx', 0o600);
      try {
        await handle.writeFile(bytes);
      } finally {
        await handle.close();
      }
      await placeOutput(partial, path, force);
    });
  } finally {
    await rm(partial, { force: true }).catch(() => {});
  }
}
