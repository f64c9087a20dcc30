import type { Arch } from '../contracts/arch.ts';
import { type Hypervisor, serialConsoles } from './hypervisor.ts';
import { formatCommand } from './shell-words.ts';

/** Program, machine and processor; `max` is every feature of KVM or the emulator. */
export const qemuMachines: Readonly<
  Partial<Record<Arch, { emulator: string; machine: string; cpu?: string }>>
> = {
  amd64: { emulator: 'x86_64', machine: 'q35', cpu: 'max' },
  386: { emulator: 'i386', machine: 'q35', cpu: 'max' },
  arm64: { emulator: 'aarch64', machine: 'virt', cpu: 'max' },
  riscv64: { emulator: 'riscv64', machine: 'virt' },
  ppc64le: { emulator: 'ppc64', machine: 'pseries' },
};

/**
 * Kernels that QEMU's `-kernel` loads: bzImage, an ELF kernel with a PVH note, Image; hw/core/loader.c unpacks gzip
 * for arm64.
 */
export const qemuKernels: Hypervisor['kernels'] = {
  amd64: ['bzimage', 'elf'],
  386: ['bzimage', 'elf'],
  arm64: ['image', 'gzip(image)', 'efi-zboot(gzip)'],
  riscv64: ['image', 'elf'],
  ppc64le: ['elf'],
};

export const qemu: Hypervisor = {
  kernels: qemuKernels,
  console: (arch) => serialConsoles[arch],
  describe({ arch, kernel, initrd, cmdline, disk }) {
    const { emulator = arch, machine = 'virt', cpu } = qemuMachines[arch] ?? {};
    // QEMU requires a comma in a value to be doubled.
    const drive = [`file=${disk.path.replaceAll(',', ',,')}`, 'format=raw', 'if=virtio'];
    // The machine writes to a temporary file instead of the disk.
    if (disk.readOnly) drive.push('snapshot=on');
    return formatCommand([
      [`qemu-system-${emulator}`],
      ['-machine', `${machine},accel=kvm:tcg`, ...(cpu === undefined ? [] : ['-cpu', cpu])],
      ['-m', '1024', '-smp', '2', '-nographic', '-no-reboot'],
      ['-nic', 'user,model=virtio-net-pci'],
      ['-drive', drive.join(',')],
      ['-kernel', kernel],
      ...(initrd === undefined ? [] : [['-initrd', initrd]]),
      ['-append', cmdline],
    ]);
  },
};
