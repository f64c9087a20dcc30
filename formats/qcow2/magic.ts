export const qcow2Magic = 'QFI\xfb';
