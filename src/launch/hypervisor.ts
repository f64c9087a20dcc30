import type { Arch } from '../contracts/arch.ts';

/** Hypervisors that a machine can be described for. */
export const hypervisors = ['qemu', 'firecracker', 'cloud-hypervisor', 'libvirt'] as const;
export type HypervisorId = (typeof hypervisors)[number];

/** Ways to name the root file system in `root=`; `device` is that of a virtio disk: `/dev/vda1`. */
export const rootForms = ['uuid', 'label', 'partuuid', 'partlabel', 'device'] as const;
export type RootForm = (typeof rootForms)[number];

/** A machine that starts a kernel without firmware. Paths are absolute. */
export interface DirectBoot {
  arch: Arch;
  kernel: string;
  initrd?: string;
  cmdline: string;
  /** A raw disk; one that must not change is attached so that it does not. */
  disk: { path: string; readOnly: boolean };
}

/** What one hypervisor starts, and how that is written down for it. */
export interface Hypervisor {
  /**
   * Kinds of kernel that it loads, the same words as in `kernel.kind` without the architecture; an architecture that is
   * absent is one that it does not emulate, or that no kernel here boots on.
   */
  kernels: Readonly<Partial<Record<Arch, readonly string[]>>>;
  /** The serial line that it shows. */
  console(arch: Arch): string;
  /** A command line or a configuration, without a line break at its end. */
  describe(machine: DirectBoot): string;
}

/** Names of the serial line of a virtual machine, as Linux has them. */
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
