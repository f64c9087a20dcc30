const stepBytes = 4096;
const sectorBytes = 512;
const zeros = Buffer.alloc(stepBytes);

/** The length without the zeros at the end; rounded up to whole sectors, as far as the last one is complete. */
export function contentLength(bytes: Uint8Array): number {
  let end = bytes.length;
  for (let step = stepBytes; end > 0; ) {
    const start = Math.max(0, Math.ceil(end / step - 1) * step);
    if (zeros.compare(bytes, start, end, 0, end - start) === 0) end = start;
    else if (step === stepBytes) step = sectorBytes;
    else break;
  }
  return end;
}
