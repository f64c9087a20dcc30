type Got = typeof import('got').default;

/** Exports of `node:http` behind which undici lies: the first import of the module reads them, which takes 40 ms. */
const unusedExports = ['WebSocket', 'CloseEvent', 'MessageEvent'];
let isLight = false;
let loading: Promise<Got> | undefined;

/**
 * For a process of our own: from now on got is loaded without what it makes and never uses here, which takes twice as long as
 * the rest of it. A module that imports one of those exports by name does not get it, so code of others must not follow.
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

/** Node reads every export of a module of its own when it is imported first. */
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

/** A dependency of got makes two for messages that are not shown here, and ICU takes 16 ms for the first. */
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
