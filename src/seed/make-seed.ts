import {
  maxSeedBytes,
  type Seed,
  type SeedKind,
  type SeedOptions,
  seedKinds,
} from '../contracts/seed.ts';
import { defined } from '../kit/defined.ts';
import { planCombustion } from './combustion.ts';
import { writeFat } from './fat/write-fat.ts';
import { planIgnition } from './ignition.ts';
import { writeIso } from './iso/write-iso.ts';
import { planNoCloud } from './nocloud.ts';
import { refuseSeed } from './seed-error.ts';
import { planTalos } from './talos.ts';
import { type SeedFolder, sizeOf } from './tree.ts';

/**
 * Makes a seed from these options. It checks the data, because a guest may silently ignore a seed with wrong data.
 */
export async function makeSeed(options: SeedOptions): Promise<Seed> {
  const kind = kindOf(options);
  refuseSize(options);
  refuseParts(kind, options);
  switch (kind) {
    case 'nocloud':
    case 'talos': {
      const plan = kind === 'talos' ? planTalos : planNoCloud;
      const { files, instanceId } = await plan(options);
      return { ...disc(kind, 'cidata', files, options), instanceId };
    }
    case 'combustion': {
      const fwCfg = 'opt/org.opensuse.combustion/script';
      const script = planCombustion(options);
      return { ...disc(kind, 'combustion', script, options), fwCfg };
    }
    case 'ignition':
      return planIgnition(options);
  }
}

function disc(kind: SeedKind, label: string, files: SeedFolder, { vfat }: SeedOptions): Seed {
  const isFat = vfat === true;
  // FAT tools warn about lower case in labels; guests look for both.
  const shown = isFat ? label.toUpperCase() : label;
  const bytes = isFat ? writeFat(shown, files) : writeIso(shown, files);
  return { kind, format: isFat ? 'vfat' : 'iso9660', bytes, label: shown };
}

function kindOf({ kind, guest }: SeedOptions): SeedKind {
  if (kind !== undefined && !seedKinds.includes(kind)) {
    throw refuseSeed(
      'kind',
      `unknown kind ${JSON.stringify(kind)}`,
      `Use one of: ${seedKinds.join(', ')}.`,
    );
  }
  const wanted = guest?.seed;
  if (wanted === 'none') {
    throw refuseSeed(
      'guest',
      'this image does not read a seed',
      'Choose a variant of the image that has cloud-init or another agent.',
    );
  }
  if (wanted !== undefined && kind !== undefined && wanted !== kind) {
    throw refuseSeed(
      'kind',
      `this image reads ${wanted}, not ${kind}`,
      `Make a seed of kind ${wanted}.`,
    );
  }
  return kind ?? wanted ?? 'nocloud';
}

function refuseSize(options: SeedOptions): void {
  const { userData, metaData, networkConfig, vendorData } = options;
  const parts = [userData, metaData, networkConfig, vendorData].map((part) => part ?? '');
  const total = sizeOf(
    Object.fromEntries(
      parts.map((part, index) => [index, typeof part === 'string' ? Buffer.from(part) : part]),
    ),
  );
  if (total <= maxSeedBytes) return;
  throw refuseSeed(
    'userData',
    `the seed has ${total} bytes, above the limit of ${maxSeedBytes}`,
    'Let the guest fetch large files itself at first boot.',
  );
}

/** A part that a kind does not use would be lost. */
function refuseParts(kind: SeedKind, options: SeedOptions): void {
  const { metaData, networkConfig, vendorData, hostname, sshKeys, user, vfat } = options;
  const onlyNoCloud = { vendorData, hostname, sshKeys, user };
  const refused = {
    nocloud: {},
    talos: onlyNoCloud,
    combustion: { ...onlyNoCloud, metaData, networkConfig },
    ignition: { ...onlyNoCloud, metaData, networkConfig, vfat: vfat === true ? vfat : undefined },
  }[kind];
  const [name] = Object.keys(defined(refused));
  if (name === undefined) return;
  throw refuseSeed(name, `a seed of kind ${kind} cannot hold it`, `Leave ${name} out.`);
}
