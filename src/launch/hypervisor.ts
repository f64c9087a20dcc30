import type { Arch } from '../contracts/arch.ts';

/** The supported hypervisors. */
export const hypervisors = ['qemu', 'firecracker', 'cloud-hypervisor', 'libvirt'] as const;
/** Id of a supported hypervisor. */
export type HypervisorId = (typeof hypervisors)[number];

/** Ways to name the root file system in `root=`; `device` is the name on a virtio disk: `/dev/vda1`. */
export const rootForms = ['uuid', 'label', 'partuuid', 'partlabel', 'device'] as const;
/** A way to name the root file system. */
export type RootForm = (typeof rootForms)[number];

/** A machine that boots a kernel without firmware. Paths are absolute. */
export interface DirectBoot {
  arch: Arch;
  kernel: string;
  initrd?: string;
  cmdline: string;
  /** A raw disk; with `readOnly` the machine cannot change it. */
  disk: { path: string; readOnly: boolean };
}

/** The capabilities of one hypervisor, and its form of description. */
export interface Hypervisor {
  /**
   * Kinds of kernel that it loads, in the words of `kernel.kind` without the architecture. A missing architecture is
   * one that it does not emulate, or that no supported kernel boots on.
   */
  kernels: Readonly<Partial<Record<Arch, readonly string[]>>>;
  /** The serial device that it shows. */
  console(arch: Arch): string;
  /** A command line or a configuration, without a line break at its end. */
  describe(machine: DirectBoot): string;
}

/** Names of the serial device of a virtual machine in Linux. */
export const serialConsoles: Readonly<Record<Arch, string>> = {
  amd64: 'ttyS0',
  386: 'ttyS0',
  arm64: 'ttyAMA0',
  arm: 'ttyAMA0',
  riscv64: 'ttyS0',
  loong64: 'ttyS0',
  ppc64le: 'hvc0',
  s390x: 'ttysclp0',
};
