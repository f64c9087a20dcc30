import { type Documents, serveDocuments } from '../every/serve-documents.ts';

const site = 'https://yum.oracle.com/';
export const templates: string = `${site}templates/OracleLinux/`;
export const page: string = `${site}oracle-linux-templates.html`;
export const nine = 'b12103391327abee8090686759c0d62dac9a7af2bf0f45fdf6b0d085a0fbb52b';
export const ten = '8e59326c4bf7cfa58a6cac404db8ed583fe3a5f4c460e2b73c64988785bb4f0f';
export const nineOnArm: string = '9a'.repeat(32);

/** An index in the form of upstream. */
export function indexOf(folder: string, image: string, sha256: string): string {
  return JSON.stringify({
    name: 'Oracle Linux',
    base_url: `/templates/OracleLinux/${folder}`,
    kvm: { image, sha256 },
    olvm: {
      image: image.replace('-kvm-', '-olvm-').replace(/qcow2$/, 'ova'),
      sha256: 'f'.repeat(64),
    },
    vmdk: {
      image: image.replace('-kvm-', '-esx-').replace(/qcow2$/, 'ova'),
      sha256: 'e'.repeat(64),
    },
  });
}

/** The page's rows, for 9 on both architectures. */
export const pageOfNine: string = `<!DOCTYPE html><html><head><title>Oracle Linux VM templates</title></head><body>
<script>var row = '<tr><td><a class="kvm-image" href="/templates/OracleLinux/OL9/u9/x86_64/OL9U9_x86_64-kvm-b1.qcow2">x</a></td></tr>';</script>
<table><tr><th>Release</th><th>Image</th><th>sha256</th></tr>
<tr id="ol9"><td>9.8</td>
 <td><a class="olvm-image" href="/templates/OracleLinux/OL9/u8/x86_64/OL9U8_x86_64-olvm-b293.ova">OL9U8_x86_64-olvm-b293.ova</a><br><tt class="olvm-sha256">${'f'.repeat(64)}</tt></td>
 <td><a class="kvm-image" href="/templates/OracleLinux/OL9/u8/x86_64/OL9U8_x86_64-kvm-b293.qcow2">OL9U8_x86_64-kvm-b293.qcow2</a><br><tt class="kvm-sha256">${nine}</tt></td></tr>
<tr id="ol9_aarch64"><td>9.8</td>
 <td><a class="kvm-cloud-image" href="/templates/OracleLinux/OL9/u8/aarch64/OL9U8_aarch64-kvm-cloud-b182.qcow2">OL9U8_aarch64-kvm-cloud-b182.qcow2</a><br><tt class="kvm-cloud-sha256">${nineOnArm}</tt></td></tr>
</table></body></html>
`;

const files = [
  'OL9/u5/x86_64/OL9U5_x86_64-kvm-b253.qcow2',
  'OL9/u0/x86_64/OL9U0_x86_64-kvm-b138.qcow',
  'OL9/u4/aarch64/OL9U4_aarch64-kvm-cloud-b90.qcow2',
  'OL8/u6/aarch64/OL8U6_aarch64-kvm-b2.qcow',
];

/** 10 for one architecture, 9 for both, and a few builds that no list names; `more` replaces these. */
export function startOracle(more: Record<string, string> = {}): Promise<Documents> {
  return serveDocuments([site], {
    [`${templates}ol10-template.json`]: indexOf(
      'OL10/u1/x86_64',
      'OL10U1_x86_64-kvm-b291.qcow2',
      ten,
    ),
    [`${templates}ol9-template.json`]: indexOf(
      'OL9/u8/x86_64',
      'OL9U8_x86_64-kvm-b293.qcow2',
      nine,
    ),
    [`${templates}ol9_aarch64-cloud-template.json`]: indexOf(
      'OL9/u8/aarch64/',
      'OL9U8_aarch64-kvm-cloud-b182.qcow2',
      nineOnArm,
    ),
    ...Object.fromEntries(files.map((file) => [templates + file, 'disk'])),
    ...more,
  });
}
