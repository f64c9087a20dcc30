import { type IntegrityError, refuseSignature } from '../../../src/kit.ts';

/** Reads big-endian fields in order; past the end is `malformed`, naming `what`. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A view of the next bytes. */
  take(length: number): Uint8Array {
    if (length > this.left) throw malformed(`${this.#what} ends too early`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint8(): number {
    return this.#uint(1);
  }

  uint16(): number {
    return this.#uint(2);
  }

  uint32(): number {
    return this.#uint(4);
  }

  /** Refuses unread bytes. */
  end(): void {
    if (this.left > 0) throw malformed(`${this.#what} has ${this.left} bytes too many`);
  }

  #uint(length: number): number {
    return this.take(length).reduce((value, byte) => value * 256 + byte, 0);
  }
}

/** The error for bytes that are not as RFC 9580 describes; `what` continues the message. */
export function malformed(what: string): IntegrityError {
  return refuseSignature('malformed', what, {
    hint: 'Get the file again from its source: it is damaged, or not OpenPGP.',
  });
}
