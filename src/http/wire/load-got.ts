type Got = typeof import('got').default;

/** Exports of `node:http` that load undici: the first import of the module reads them, which takes 40 ms. */
const unusedExports = ['WebSocket', 'CloseEvent', 'MessageEvent'];
let isLight = false;
let loading: Promise<Got> | undefined;

/**
 * For a process that only this program uses: afterwards got is loaded without parts that are never used here, which
 * take twice as long as the rest. A module that imports one of these exports by name does not get it, so no foreign
 * code may be loaded later.
 */
export function loadGotLightly(): void {
  isLight = true;
}

/** The HTTP package, loaded with the first request. */
export function loadGot(): Promise<Got> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Got> {
  const restore = isLight ? [hideExports(), makeListFormatLate()] : [];
  try {
    return (await import('got')).default;
  } finally {
    for (const one of restore) one();
  }
}

/** Node reads every export of a built-in module when it is first imported. */
function hideExports(): () => void {
  const http = process.getBuiltinModule('node:http');
  const found = unusedExports.flatMap((name) => {
    const property = Object.getOwnPropertyDescriptor(http, name);
    return property?.get !== undefined && property.configurable ? [{ name, property }] : [];
  });
  for (const { name, property } of found) {
    Object.defineProperty(http, name, { ...property, get: () => undefined });
  }
  return () => {
    for (const { name, property } of found) Object.defineProperty(http, name, property);
  };
}

/** A dependency of got makes two of these for messages that are not shown here, and ICU needs 16 ms for the first. */
function makeListFormatLate(): () => void {
  const { ListFormat } = Intl;
  class Late {
    readonly #given: ConstructorParameters<typeof ListFormat>;
    constructor(...given: ConstructorParameters<typeof ListFormat>) {
      this.#given = given;
    }
    format(list: Iterable<string>): string {
      return new ListFormat(...this.#given).format(list);
    }
  }
  Reflect.set(Intl, 'ListFormat', Late);
  return () => void Reflect.set(Intl, 'ListFormat', ListFormat);
}
