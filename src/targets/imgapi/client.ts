import type { Log } from '../../contracts/log.ts';
import { IntegrityError, isImageError, TransferError } from '../../errors.ts';
import { createSender, type SendRequest } from '../../http/client.ts';
import type { SentAnswer } from '../../http/send.ts';
import type { WireBody } from '../../http/wire/answer.ts';
import { sleep } from '../../kit/abort.ts';
import { isHtml } from '../../kit/is-html.ts';
import { publicUrl } from '../../kit/public-url.ts';
import type { ImagePair } from '../pair/read-pair.ts';
import { readPieces } from '../pair/stream-file.ts';
import { answerFailure, notImgapi } from './failures.ts';

/** The answer of a server about an image. */
export interface RemoteImage {
  uuid: string;
  /** `active`, `unactivated`, `disabled`, `creating` or `failed`. */
  state: string;
  origin?: string;
  file?: { sha1?: string; size?: number };
}

interface Asked {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: WireBody;
  /** Default: that of the client. */
  signal?: AbortSignal;
}

const attempts = 3;
const pauseMs = 500;
/** The server, or a proxy in front of it, has a temporary failure. */
const momentary = new Set([429, 500, 502, 503, 504]);

/** One IMGAPI server: TritonDataCenter/sdc-imgapi, docs/index.md. */
export class Imgapi {
  readonly url: URL;
  readonly #send: SendRequest;
  readonly #signal: AbortSignal;

  constructor(url: URL, options: { ca: readonly string[]; log: Log; signal: AbortSignal }) {
    this.url = new URL(url);
    if (!this.url.pathname.endsWith('/')) this.url.pathname += '/';
    this.#send = createSender({ ca: [...options.ca], log: options.log });
    this.#signal = options.signal;
  }

  /** Throws if this is not an IMGAPI server, or it cannot be reached. */
  async ping(): Promise<void> {
    const answer = await this.#ask({ method: 'GET', path: 'ping' });
    if (answer.status !== 200) throw this.#failure(answer);
    const { ping } = this.#read(answer);
    if (ping !== 'pong') throw notImgapi(this.url, 'does not answer /ping with pong');
  }

  /** The image with this uuid; `undefined` if the server does not have it. */
  async find(uuid: string): Promise<RemoteImage | undefined> {
    const answer = await this.#ask({ method: 'GET', path: `images/${uuid}` });
    if (answer.status === 404 && codeOf(answer) === 'ResourceNotFound') return undefined;
    return this.#image(answer);
  }

  /** Adds a manifest under its own uuid; false if the server already has one. */
  async import(uuid: string, manifest: object): Promise<boolean> {
    const path = `images/${uuid}?action=import&skip_owner_check=true`;
    const answer = await this.#ask({ method: 'POST', path, body: jsonBody(manifest) });
    if (answer.status === 409) return false;
    this.#image(answer);
    return true;
  }

  /** Sends the file of an image; a second file replaces it. Compares what the server received. */
  async addFile({ streamPath, manifest }: ImagePair): Promise<void> {
    const { sha1, size, compression } = manifest.file;
    const answer = await this.#ask({
      method: 'PUT',
      path: `images/${manifest.uuid}/file?compression=${compression}&sha1=${sha1}`,
      body: { sizeBytes: size, chunks: () => readPieces(streamPath) },
    });
    const { file } = this.#image(answer);
    const got = [file?.sha1 ?? sha1, file?.size ?? size];
    if (got[0] === sha1 && got[1] === size) return;
    throw new IntegrityError({
      code: got[1] === size ? 'ERR_DIGEST' : 'ERR_SIZE',
      message: `${publicUrl(this.url)} has a different file than the one that was sent: ${got.join(', ')}, not ${sha1}, ${size}`,
      hint: 'Run the call again; report it to the operator of the server if it happens again.',
      details: { url: publicUrl(this.url), expected: `${sha1}, ${size}`, actual: got.join(', ') },
    });
  }

  async activate(uuid: string): Promise<void> {
    const answer = await this.#ask({ method: 'POST', path: `images/${uuid}?action=activate` });
    // The answer to an earlier activation was lost, and this is the repeated call.
    if (answer.status === 422 && codeOf(answer) === 'ImageAlreadyActivated') return;
    const { state } = this.#image(answer);
    if (state !== 'active') throw notImgapi(this.url, `left ${uuid} in the state ${state}`);
  }

  async remove(uuid: string, signal: AbortSignal): Promise<void> {
    const answer = await this.#ask({ method: 'DELETE', path: `images/${uuid}`, signal });
    if (answer.status !== 204 && answer.status !== 404) throw this.#failure(answer);
  }

  /** Lets the server fetch an image from another one; the image is complete when it is active. */
  async importRemote(uuid: string, source: URL): Promise<void> {
    const query = new URLSearchParams({ action: 'import-remote', source: source.href });
    const path = `images/${uuid}?${query}&skip_owner_check=true`;
    const answer = await this.#ask({ method: 'POST', path });
    if (answer.status >= 300) throw this.#failure(answer);
  }

  /** Retries failed requests: every request here has the same effect when it is made twice. */
  async #ask({ method, path, body, signal = this.#signal }: Asked): Promise<SentAnswer> {
    const url = new URL(path, this.url);
    const headers = method === 'POST' && body ? { 'content-type': 'application/json' } : {};
    for (let attempt = 1; ; attempt += 1) {
      try {
        const request = { method, url, headers, signal, body };
        const answer = await this.#send(request);
        if (attempt >= attempts || !momentary.has(answer.status)) return answer;
      } catch (error) {
        const isLost = isImageError(error, 'ERR_NETWORK') || isImageError(error, 'ERR_STALLED');
        const isFinal = error instanceof TransferError && error.details.reason === 'tls';
        if (!isLost || isFinal || attempt >= attempts) throw error;
      }
      await sleep(pauseMs * 2 ** (attempt - 1), signal);
    }
  }

  #image(answer: SentAnswer): RemoteImage {
    if (answer.status !== 200) throw this.#failure(answer);
    const { uuid, state, origin, files } = this.#read(answer);
    if (typeof uuid !== 'string' || typeof state !== 'string') {
      throw notImgapi(this.url, 'does not answer with an image');
    }
    const [first]: unknown[] = Array.isArray(files) ? files : [];
    const { sha1, size }: { sha1?: unknown; size?: unknown } = Object(first);
    const image: RemoteImage = { uuid, state, file: {} };
    if (typeof origin === 'string') image.origin = origin;
    if (typeof sha1 === 'string') image.file = { sha1 };
    if (typeof size === 'number') image.file = { ...image.file, size };
    return image;
  }

  #read(answer: SentAnswer): Record<string, unknown> {
    const found = readJson(answer.text);
    if (found !== undefined) return found;
    const what = isHtml(new TextEncoder().encode(answer.text)) ? 'an HTML page' : 'no JSON';
    throw notImgapi(this.url, `answers with ${what}`);
  }

  #failure(answer: SentAnswer): TransferError {
    return answerFailure(this.url, answer.status, readJson(answer.text));
  }
}

/** A JSON body, which a second attempt can send again. */
function jsonBody(value: object): WireBody {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return {
    sizeBytes: bytes.length,
    async *chunks() {
      yield bytes;
    },
  };
}

function codeOf({ text }: SentAnswer): unknown {
  return readJson(text)?.['code'];
}

/** A JSON object; `undefined` for any other text. */
function readJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
