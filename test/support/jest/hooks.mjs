const globals = new URL('./globals.mjs', import.meta.url).href;

/** The package itself only works in Jest's own loader of modules. */
export function resolve(specifier, context, next) {
  return specifier === '@jest/globals' ? { url: globals, shortCircuit: true } : next(specifier, context);
}
