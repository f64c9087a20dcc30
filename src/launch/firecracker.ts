import { defined } from '../kit/defined.ts';
import type { Hypervisor } from './hypervisor.ts';

/** Firecracker, configured by the file of its option `--config-file`. */
export const firecracker: Hypervisor = {
  // bzImage is supported only since July 2026; earlier releases require the ELF magic.
  kernels: { amd64: ['elf'], arm64: ['image'] },
  // An 8250 UART on both (docs/getting-started.md).
  console: () => 'ttyS0',
  describe({ kernel, initrd, cmdline, disk }) {
    const machine = {
      'boot-source': {
        kernel_image_path: kernel,
        ...defined({ initrd_path: initrd }),
        boot_args: cmdline,
      },
      drives: [
        {
          drive_id: 'rootfs',
          path_on_host: disk.path,
          // Otherwise Firecracker appends its own root=, which is right only for a disk without partitions.
          is_root_device: false,
          is_read_only: disk.readOnly,
        },
      ],
      'machine-config': { vcpu_count: 2, mem_size_mib: 1024 },
    };
    return JSON.stringify(machine, null, 2);
  },
};
