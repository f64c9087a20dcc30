import { xz } from '../../../formats/xz.ts';
import { describeCodecRows, describeCommand } from './codec-rows.ts';

describeCodecRows(xz);
describeCommand(xz, 'xz', [
  ['-0'],
  ['-6', '-T1'],
  ['-1', '-T2', '--block-size=1MiB'],
  ['-2', '--check=none'],
  ['-2', '--check=crc32'],
  ['-2', '--check=sha256'],
  ['--block-list=1,70000,0'],
  ['--x86', '--lzma2=preset=1'],
  ['--arm64', '--lzma2=preset=1'],
  ['--powerpc', '--delta=dist=7', '--lzma2=preset=1'],
  ['--delta=dist=256', '--lzma2=dict=4KiB,lc=0,lp=3,pb=0'],
  ['--lzma2=preset=1,dict=64MiB'],
]);
