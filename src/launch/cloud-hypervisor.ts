import { type Hypervisor, serialConsoles } from './hypervisor.ts';
import { formatCommand } from './shell-words.ts';

/**
 * Cloud Hypervisor from version 39 on, which loads bzImage again. Its option parser splits at commas outside quotes.
 */
export const cloudHypervisor: Hypervisor = {
  kernels: { amd64: ['bzimage', 'elf'], arm64: ['image'], riscv64: ['image'] },
  console: (arch) => serialConsoles[arch],
  describe({ kernel, initrd, cmdline, disk }) {
    const path = /[,[\]]/.test(disk.path) ? `"${disk.path}"` : disk.path;
    // Stated explicitly: version 51 protects the first sector from writes if it had to guess the format of the disk.
    const options = [`path=${path}`, 'image_type=raw', ...(disk.readOnly ? ['readonly=on'] : [])];
    return formatCommand([
      ['cloud-hypervisor'],
      ['--cpus', 'boot=2', '--memory', 'size=1024M', '--serial', 'tty', '--console', 'off'],
      ['--disk', options.join(',')],
      ['--kernel', kernel],
      ...(initrd === undefined ? [] : [['--initramfs', initrd]]),
      ['--cmdline', cmdline],
    ]);
  },
};
