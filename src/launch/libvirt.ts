import { basename } from 'node:path';
import { hostArch } from '../kit/arch.ts';
import type { Hypervisor } from './hypervisor.ts';
import { qemu, qemuKernels, qemuMachines } from './qemu.ts';

/** Architectures in the spelling of libvirt. */
const libvirtArches = new Map([
  ['amd64', 'x86_64'],
  ['386', 'i686'],
  ['arm64', 'aarch64'],
  ['ppc64le', 'ppc64le'],
]);

/** A domain of libvirt's QEMU driver, for `virsh create` or `virsh define`. */
export const libvirt: Hypervisor = {
  kernels: qemuKernels,
  console: qemu.console,
  describe({ arch, kernel, initrd, cmdline, disk }) {
    const isNative = arch === hostArch();
    const { machine = 'virt' } = qemuMachines[arch] ?? {};
    const cpu = isNative ? ["  <cpu mode='host-passthrough'/>"] : [];
    return [
      `<domain type='${isNative ? 'kvm' : 'qemu'}'>`,
      `  <name>${escapeXml(nameOf(disk.path))}</name>`,
      "  <memory unit='MiB'>1024</memory>",
      '  <vcpu>2</vcpu>',
      '  <os>',
      `    <type arch='${libvirtArches.get(arch) ?? arch}' machine='${machine}'>hvm</type>`,
      `    <kernel>${escapeXml(kernel)}</kernel>`,
      ...(initrd === undefined ? [] : [`    <initrd>${escapeXml(initrd)}</initrd>`]),
      `    <cmdline>${escapeXml(cmdline)}</cmdline>`,
      '  </os>',
      '  <features><acpi/></features>',
      ...cpu,
      '  <on_reboot>destroy</on_reboot>',
      '  <devices>',
      "    <disk type='file' device='disk'>",
      "      <driver name='qemu' type='raw'/>",
      `      <source file='${escapeXml(disk.path)}'/>`,
      "      <target dev='vda' bus='virtio'/>",
      ...(disk.readOnly ? ['      <readonly/>'] : []),
      '    </disk>',
      "    <interface type='user'><model type='virtio'/></interface>",
      "    <serial type='pty'/>",
      "    <console type='pty'/>",
      '  </devices>',
      '</domain>',
    ].join('\n');
  },
};

/** A valid libvirt name made from the name of the disk, without `/`. */
function nameOf(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '') || 'rootdisk';
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
};

/** Escapes text for an element or an attribute; leaves out characters that XML 1.0 forbids. */
function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '')
      .replace(/[&<>'"]/g, (found) => entities[found] ?? found)
      // In an attribute, a parser would convert each of these to a blank.
      .replace(/[\t\n\r]/g, (found) => `&#${found.charCodeAt(0)};`)
  );
}
