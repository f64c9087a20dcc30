export const site: string = 'https://dl.rockylinux.org/pub/rocky/';
export const twin: string = 'https://download.rockylinux.org/pub/rocky/';
export const vault: string = 'https://dl.rockylinux.org/vault/rocky/';
export const origins: string[] = ['https://dl.rockylinux.org/', 'https://download.rockylinux.org/'];

/** A folder in the form of Rocky's server: names, sizes in bytes, dates in UTC. */
export function listing(path: string, names: string[]): string {
  const rows = names.map((name) => {
    const size = name.endsWith('/') ? '-' : '645988352';
    return `<tr><td class="link"><a href="${name}" title="${name}">${name}</a></td><td class="size">${size}</td><td class="date">2026-Jun-18 23:57:54Z</td></tr>`;
  });
  return `<!DOCTYPE html>
<html><head><title>Index of ${path}</title></head><body><h1>Index of ${path}</h1>
<table id="list"><thead><tr><th><a href="?C=N&amp;O=A">File Name</a></th><th><a href="?C=S&amp;O=A">File Size</a></th><th><a href="?C=M&amp;O=A">Date</a></th></tr></thead>
<tbody><tr><td class="link"><a href="../">Parent directory/</a></td><td class="size">-</td><td class="date">-</td></tr>
${rows.join('\n')}
</tbody></table></body></html>
`;
}

/** A file with its sidecar; `asc` adds the sidecar's signature. */
function file(name: string, asc = false): string[] {
  return [name, `${name}.CHECKSUM`, ...(asc ? [`${name}.CHECKSUM.asc`] : [])];
}

export const documents: Record<string, string> = {
  [site]: listing('/pub/rocky', [
    '10/',
    '10.0/',
    '10.1/',
    '10.2/',
    '8/',
    '8.4/',
    '8.5/',
    '8.10/',
    '9/',
    '9.4/',
    '9.7/',
    '9.8/',
    'RPM-GPG-KEY-rockyofficial',
    'fullfilelist',
  ]),
  [`${site}10.2/images/`]: listing('/10.2', ['aarch64/', 'ppc64le/', 's390x/', 'x86_64/']),
  [`${site}9.8/images/`]: listing('/9.8', ['aarch64/', 'ppc64le/', 's390x/', 'x86_64/']),
  [`${site}8.10/images/`]: listing('/8.10', ['aarch64/', 'x86_64/']),
  [`${site}10.2/images/x86_64/`]: listing('/10.2', [
    ...file('Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2', true),
    ...file('Rocky-10-GenericCloud-Base.latest.x86_64.qcow2', true),
    ...file('Rocky-10-GenericCloud-LVM-10.2-20260525.0.x86_64.qcow2'),
  ]),
  [`${site}9.8/images/x86_64/`]: listing('/9.8', [
    'CHECKSUM',
    ...file('Rocky-9-Azure-Base-9.8-20260525.0.x86_64.vhd'),
    ...file('Rocky-9-EC2-Base-9.8-20260525.0.x86_64.qcow2'),
    ...file('Rocky-9-GenericCloud-Base-9.8-20260525.0.x86_64.qcow2'),
    ...file('Rocky-9-GenericCloud-Base-9.8-20260525.2.x86_64.qcow2'),
    ...file('Rocky-9-GenericCloud-Base-9.8-20260520.10.x86_64.qcow2', true),
    ...file('Rocky-9-GenericCloud-Base.latest.x86_64.qcow2'),
    ...file('Rocky-9-GenericCloud-LVM-9.8-20260525.0.x86_64.qcow2'),
    ...file('Rocky-9-GenericCloud.latest.x86_64.qcow2'),
    ...file('Rocky-9-OCP-Base-9.8-20260525.0.x86_64.qcow2'),
  ]),
  [`${site}9.8/images/s390x/`]: listing('/9.8', [
    ...file('Rocky-9-GenericCloud-Base-9.8-20260525.0.s390x.qcow2'),
  ]),
  [`${site}8.10/images/x86_64/`]: listing('/8.10', [
    ...file('Rocky-8-GenericCloud-Base-8.10-20240528.0.x86_64.qcow2'),
  ]),
  // Still listed, but empty.
  [`${site}9.4/images/x86_64/`]: listing('/9.4', []),
  [`${vault}9.4/images/x86_64/`]: listing('/9.4', [
    ...file('Rocky-9-GenericCloud-Base-9.4-20240523.0.x86_64.qcow2'),
    ...file('Rocky-9-GenericCloud-Base-9.4-20240609.1.x86_64.qcow2'),
  ]),
  [`${vault}8.5/images/`]: listing('/8.5', [
    'CHECKSUM',
    'Rocky-8-GenericCloud-8.5.20211114.1.aarch64.qcow2',
    'Rocky-8-GenericCloud-8.5.20211114.1.x86_64.qcow2',
  ]),
  [`${vault}9.0/images/x86_64/`]: listing('/9.0', [
    ...file('Rocky-9-GenericCloud-9.0-20220706.0.x86_64.qcow2'),
  ]),
};
