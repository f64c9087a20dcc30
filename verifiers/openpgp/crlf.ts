const lf = 0x0a;
const cr = 0x0d;

/** Turns every line ending of a stream into CR LF, as signatures of text hash it (RFC 9580, 5.2.1.2). */
export class CrlfLines {
  #last = 0;

  convert(bytes: Uint8Array): Uint8Array {
    const converted = Buffer.allocUnsafe(bytes.length * 2);
    let length = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === lf && this.#last !== cr) {
        converted[length] = cr;
        length += 1;
      }
      converted[length] = byte;
      length += 1;
      this.#last = byte;
    }
    return converted.subarray(0, length);
  }
}
