import { type Arch, arches } from '../contracts/arch.ts';
import type { DiskContent } from '../contracts/disk/opened-disk.ts';
import { refuse } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { cloudHypervisor } from './cloud-hypervisor.ts';
import { hasConsole } from './command-line.ts';
import { firecracker } from './firecracker.ts';
import {
  type DirectBoot,
  type Hypervisor,
  type HypervisorId,
  serialConsoles,
} from './hypervisor.ts';
import { libvirt } from './libvirt.ts';
import { qemu } from './qemu.ts';
import { fitRoot, type RootChange } from './root-form.ts';

const known: Readonly<Record<HypervisorId, Hypervisor>> = {
  qemu,
  firecracker,
  'cloud-hypervisor': cloudHypervisor,
  libvirt,
};

/** A command line or configuration for one hypervisor. */
export interface Launch {
  to: HypervisorId;
  text: string;
  /** The kernel command line in it. */
  cmdline: string;
  /** Present if the root is named differently than in the configuration. */
  root?: RootChange;
}

/** Splits `gzip(image)/arm64` into `gzip(image)` and `arm64`; the architecture may also be inside the brackets. */
export function splitKind(kind: string): { kind: string; arch?: Arch } {
  const [, before = kind, word, after = ''] = /^(.*)\/(\w+)(\)*)$/.exec(kind) ?? [];
  return { kind: before + after, ...defined({ arch: arches.find((one) => one === word) }) };
}

/** The serial device for kernel messages; `undefined` if the architecture is unknown. */
export function consoleOf(kind: string, to: HypervisorId | undefined): string | undefined {
  const { arch } = splitKind(kind);
  if (arch === undefined) return undefined;
  return to === undefined ? serialConsoles[arch] : known[to].console(arch);
}

/** True if the hypervisor loads a kernel with this packing. */
export function loadsKernel(to: HypervisorId, kernelKind: string): boolean {
  const { kind, arch } = splitKind(kernelKind);
  return arch !== undefined && known[to].kernels[arch]?.includes(kind) === true;
}

/** The error for a kernel that the hypervisor cannot load. */
export function refuseKernel(to: HypervisorId, kernelKind: string): Error {
  const { arch } = splitKind(kernelKind);
  const kinds = arch && known[to].kernels[arch];
  const message = `${to} cannot load a kernel of the kind ${kernelKind}`;
  if (kinds === undefined) {
    const hint = 'Use another hypervisor, or leave out to (--to).';
    return refuse('unsupported-variant', message, { detected: kernelKind, hint });
  }
  const hint = `Use kernelFormat raw (--kernel-format raw): it loads ${kinds.join(', ')}.`;
  return refuse('unsupported-variant', message, { detected: kernelKind, hint });
}

/** Describes how this hypervisor boots the machine. Warnings name changes, and steps that the caller should still do. */
export function describeLaunch(
  to: HypervisorId,
  machine: DirectBoot,
  content: DiskContent,
): { launch: Launch; warnings: string[] } {
  const { cmdline, root, warnings } = fitRoot(
    machine.cmdline,
    content,
    machine.initrd !== undefined,
  );
  const hypervisor = known[to];
  const text = hypervisor.describe({ ...machine, cmdline });
  const device = hypervisor.console(machine.arch);
  if (!hasConsole(cmdline, device)) {
    warnings.push(`the command line has no console=${device}: add it with console (--console)`);
  }
  if (machine.disk.readOnly) {
    warnings.push(
      `${machine.disk.path} is a disk of the cache and must not change: boot a clone of it`,
    );
  }
  return { launch: { to, text, cmdline, ...defined({ root }) }, warnings };
}
