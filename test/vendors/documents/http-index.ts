export const origin = 'https://files.example/';
export const url: string = `${origin}disks/`;
export const list: string = `${url}SHA256SUMS`;

const newest: string = 'ee'.repeat(32);
export const text: string = [
  `${'11'.repeat(32)}  os-9.7-generic-20260901.x86_64.qcow2`,
  `${'12'.repeat(32)}  os-9.8-generic-20261001.x86_64.qcow2`,
  `${'12'.repeat(32)}  os-9-generic-latest.x86_64.qcow2`,
  `${'13'.repeat(32)}  os-9.8-generic-20261001.1.aarch64.qcow2`,
  `${'14'.repeat(32)}  os-9.8-genericcloud-20261001.x86_64.qcow2`,
  `${'15'.repeat(32)}  os-9.8-generic-20261001.x86_64.manifest`,
  `${'16'.repeat(32)}  os-3.9-generic-20250101.x86_64.qcow2`,
  `${'17'.repeat(32)}  os-10.2-generic-20261015.amd64v3.raw.xz`,
  `${'17'.repeat(32)}  os-10.3-generic-20261015.x86_64_v2.qcow2`,
  `${'18'.repeat(32)} *appliance-v1.9.raw.zst`,
  `${newest} *appliance-v1.10.raw.zst`,
  `${'1a'.repeat(32)} *appliance-v1.10.qcow2`,
  `${'1b'.repeat(32)} *builds/plain.img`,
  `${'1c'.repeat(32)} *rootfs.tar.xz`,
  '',
].join('\n');
