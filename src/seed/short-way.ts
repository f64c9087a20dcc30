import { refuseSeed } from './seed-error.ts';

/** The options that replace `userData`. */
export interface ShortSeed {
  hostname?: string | undefined;
  sshKeys?: readonly string[] | undefined;
  user?: string | undefined;
}

const keyForm =
  /^(?:ssh-(?:rsa|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]+={0,3}(?: .*)?$/;

/** User data that gives these keys access, for the image's own user or for a new one with sudo rights. */
export function writeUserData({ hostname, sshKeys = [], user }: ShortSeed): string {
  const keys = sshKeys.flatMap(readKeys);
  const named = user === undefined ? undefined : checkUser(user);
  const lines = ['#cloud-config'];
  if (hostname !== undefined) lines.push(`hostname: ${JSON.stringify(checkHostname(hostname))}`);
  // JSON is valid YAML: quoted, no text can change the meaning of other lines.
  const quoted = keys.map((key) => JSON.stringify(key));
  if (named === undefined) {
    if (keys.length > 0) lines.push('ssh_authorized_keys:', ...quoted.map((key) => `  - ${key}`));
  } else {
    lines.push('users:', `  - name: ${JSON.stringify(named)}`, '    shell: /bin/sh');
    lines.push('    sudo: "ALL=(ALL) NOPASSWD:ALL"', '    lock_passwd: true');
    if (keys.length > 0) {
      lines.push('    ssh_authorized_keys:', ...quoted.map((key) => `      - ${key}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Checks a host name of RFC 1123, with or without its domain. */
export function checkHostname(hostname: string): string {
  const labels = hostname.split('.');
  const isName = labels.every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i.test(label));
  if (isName && hostname.length <= 253) return hostname;
  throw refuseSeed('hostname', 'not a valid host name', 'Use letters, digits and hyphens.');
}

function checkUser(user: string): string {
  if (/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) return user;
  throw refuseSeed('user', 'not a valid user name', 'Use small letters, digits, - and _.');
}

/** Lines of a public key file. */
function readKeys(text: string): string[] {
  if (text.includes('PRIVATE KEY')) {
    throw refuseSeed(
      'sshKeys',
      'this is a private key',
      'Give the public key, as in id_ed25519.pub.',
    );
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length > 0 && keys.every((key) => keyForm.test(key))) return keys;
  throw refuseSeed(
    'sshKeys',
    'not an OpenSSH public key',
    'Give a line such as ssh-ed25519 AAAA… name.',
  );
}
