export const origin = 'https://cdn.amazonlinux.com/';
export const base: string = `${origin}al2023/os-images/`;

export function sums(version: string, arch: string, ...kernels: string[]): string {
  const names = kernels.map((one) => `al2023-kvm-${version}-kernel-${one}-${arch}.xfs.gpt.qcow2`);
  return names.map((name, index) => `${String(index).repeat(64)}  ${name}\n`).join('');
}

export const newest = '2023.9.20261109.0';
export const older = '2023.9.20251105.0';
export const latest: string = `${base}latest/kvm/SHA256SUMS`;
export const documents: Record<string, string> = {
  [latest]: sums(newest, 'x86_64', '6.12', '6.1'),
  [`${base}latest/kvm-arm64/SHA256SUMS`]: sums('2023.9.20261102.1', 'arm64', '6.1'),
  [`${base}${older}/kvm/SHA256SUMS`]: sums(older, 'x86_64', '6.1'),
};

export const origins: string[] = [origin];
