import { join } from 'node:path';
import { refuse, UsageError } from '../errors.ts';
import type { KernelUnpacking } from '../image/unpack-kernel.ts';
import { defined } from '../kit/defined.ts';
import { type Bootable, type LaunchPart, unpackPart } from './bootable.ts';
import { addConsole } from './command-line.ts';
import {
  consoleOf,
  describeLaunch,
  type Launch,
  loadsKernel,
  refuseKernel,
  splitKind,
} from './describe-launch.ts';
import type { HypervisorId, RootForm } from './hypervisor.ts';
import { type RootChange, type RootedLine, rewriteRoot } from './root-form.ts';
import { type WantedFile, writeParts } from './write-parts.ts';

/** The requested form of kernel, initrd and command line. */
interface LaunchWish {
  /** Absolute path. */
  outputDir?: string | undefined;
  force: boolean;
  console?: boolean | undefined;
  root?: RootForm | undefined;
  to?: HypervisorId | undefined;
  kernelFormat?: 'published' | 'raw' | undefined;
  /** Codecs for packed kernels. */
  formats: KernelUnpacking['formats'];
  signal: AbortSignal;
}

/** A kernel or an initrd, and its path. */
interface PlacedPart {
  path?: string;
  file?: string;
}

/** The boot files of a disk, written to the requested folder. */
interface PlannedLaunch {
  disk: string;
  kernel: PlacedPart & { kind: string };
  initrd: PlacedPart[];
  cmdline?: string;
  system?: { id: string; version?: string };
  root?: RootChange;
  launch?: Launch;
  warnings: string[];
}

/** Makes all decisions before it writes, so that a refused request leaves no file behind. */
export async function planLaunch(bootable: Bootable, wish: LaunchWish): Promise<PlannedLaunch> {
  const { disk, initrd, system, content } = bootable;
  const { outputDir, to, signal } = wish;
  const kernel = await chooseKernel(bootable, wish);
  const { cmdline, root, warnings } = writeCmdline(bootable, kernel.kind, wish);
  if (to !== undefined) requirePaths([kernel, ...initrd], outputDir);
  // A hypervisor accepts one initrd.
  const joined = to !== undefined && initrd.length > 1 ? [{ name: 'initrd', parts: initrd }] : [];
  const wanted: WantedFile[] = [
    { name: 'kernel', parts: [kernel] },
    ...initrd.map((part, index) => {
      return { name: initrd.length === 1 ? 'initrd' : `initrd-${index + 1}`, parts: [part] };
    }),
    ...joined,
  ];
  const placed = (part: LaunchPart, name: string): PlacedPart => {
    const path = outputDir === undefined ? part.path : join(outputDir, name);
    return defined({ path, file: part.file });
  };
  const planned: PlannedLaunch = {
    disk: disk.path,
    kernel: { ...placed(kernel, 'kernel'), kind: kernel.kind },
    initrd: initrd.map((part, index) => placed(part, wanted[index + 1]?.name ?? '')),
    ...defined({ cmdline, system, root }),
    warnings: [...bootable.warnings, ...warnings],
  };
  const { arch } = splitKind(kernel.kind);
  if (to !== undefined && arch !== undefined) {
    const machine = {
      arch,
      disk,
      kernel: planned.kernel.path ?? '',
      cmdline: cmdline ?? '',
      ...defined({
        initrd: joined.length > 0 ? join(outputDir ?? '', 'initrd') : planned.initrd.at(0)?.path,
      }),
    };
    const described = describeLaunch(to, machine, content);
    planned.launch = described.launch;
    planned.warnings.push(...described.warnings);
  }
  if (outputDir !== undefined) {
    await writeParts(outputDir, wanted, { force: wish.force, signal });
  }
  return planned;
}

/** The final kernel: unpacked if that is requested, or if the hypervisor needs it. */
async function chooseKernel(
  { kernel }: Bootable,
  { outputDir, to, kernelFormat, formats, signal }: LaunchWish,
): Promise<Bootable['kernel']> {
  const isLoaded = to === undefined || loadsKernel(to, kernel.kind);
  const isWanted = kernelFormat === 'raw' || (kernelFormat === undefined && !isLoaded);
  const chosen =
    isWanted && outputDir !== undefined ? await unpackPart(kernel, { formats, signal }) : kernel;
  if (to === undefined || loadsKernel(to, chosen.kind)) return chosen;
  throw refuseKernel(to, chosen.kind);
}

function writeCmdline(
  { cmdline: configured, content }: Bootable,
  kind: string,
  { console, root, to }: LaunchWish,
): { cmdline?: string; root?: RootChange; warnings: string[] } {
  const rooted: Partial<RootedLine> =
    root === undefined ? {} : rewriteRoot(configured ?? '', content, root);
  const { cmdline = configured, root: change, warnings = [] } = rooted;
  if (console !== true) return { ...defined({ cmdline, root: change }), warnings };
  const device = consoleOf(kind, to);
  if (device === undefined) {
    throw refuse('unsupported-variant', `the kernel is ${kind}: its architecture is not known`, {
      detected: kind,
      hint: 'Leave out console (--console).',
    });
  }
  return { cmdline: addConsole(cmdline ?? '', device), ...defined({ root: change }), warnings };
}

function requirePaths(parts: readonly LaunchPart[], outputDir: string | undefined): void {
  if (outputDir !== undefined || parts.every(({ path }) => path !== undefined)) return;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'kernel and initrd lie on the disk, where a hypervisor cannot read them',
    hint: 'Name a folder for them with outputDir (--output-dir).',
    details: { field: 'outputDir' },
  });
}
