/** A label of extlinux or syslinux, as written in its file. */
export interface Label {
  name: string;
  title?: string;
  kernel?: string;
  initrd?: string[];
  append?: string;
  isMenuDefault: boolean;
}

/** The configuration of extlinux or syslinux, with paths as written. */
export interface ExtlinuxConfig {
  labels: Label[];
  /** The value of DEFAULT: a label, a kernel, or a module that shows a menu. */
  start?: string;
  /** The label that boots after the timeout; without it, `start` does. */
  afterTimeout?: string;
  /** An APPEND before the first label, for labels without their own. */
  append?: string;
  /** Files of INCLUDE, in order. */
  includes: string[];
}

const mostLabels = 1000;

/** Keywords are case-insensitive, one per line. Lines after the thousandth label are ignored. */
export function parseExtlinux(text: string): ExtlinuxConfig {
  const config: ExtlinuxConfig = { labels: [], includes: [] };
  let label: Label | undefined;
  let isHelp = false;
  for (const line of text.split(/\r?\n/)) {
    const [, word = '', value = ''] = /^(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
    const key = word.toLowerCase();
    if (isHelp) isHelp = key !== 'endtext';
    else if (key === 'text') isHelp = /^help\b/i.test(value);
    else if (key === 'label') {
      if (config.labels.length === mostLabels) break;
      label = { name: value, isMenuDefault: false };
      config.labels.push(label);
    } else if (key === 'menu') readMenuLine(value, config, label);
    else if (key === 'include') config.includes.push(value.split(/\s+/)[0] ?? '');
    else if (key === 'default') config.start = value;
    else if (key === 'ontimeout') config.afterTimeout = value;
    else if (key === 'append' && label === undefined) config.append = value;
    else if (label !== undefined) readLabelLine(key, value, label);
  }
  return config;
}

function readMenuLine(text: string, config: ExtlinuxConfig, label: Label | undefined): void {
  const [, word = '', value = ''] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
  const key = word.toLowerCase();
  if (key === 'include') config.includes.push(value.split(/\s+/)[0] ?? '');
  else if (label !== undefined && key === 'default') label.isMenuDefault = true;
  // `^` marks the key that selects the label.
  else if (label !== undefined && key === 'label') label.title = value.replace('^', '');
}

function readLabelLine(key: string, value: string, label: Label): void {
  if (key === 'linux' || key === 'kernel') label.kernel = value;
  else if (key === 'append') label.append = value;
  else if (key === 'initrd') label.initrd = value.split(',').map((one) => one.trim());
}
