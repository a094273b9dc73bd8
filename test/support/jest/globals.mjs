/** What `@jest/globals` is for a suite. This module lives as long as its process, Jest's own functions as long as one suite. */
const ofThisSuite = (name) =>
  new Proxy(() => undefined, {
    apply: (_target, _this, args) => globalThis[name](...args),
    get: (_target, key) => globalThis[name][key],
  });

export const afterAll = ofThisSuite('afterAll');
export const afterEach = ofThisSuite('afterEach');
export const beforeAll = ofThisSuite('beforeAll');
export const beforeEach = ofThisSuite('beforeEach');
export const describe = ofThisSuite('describe');
export const expect = ofThisSuite('expect');
export const it = ofThisSuite('it');
/** See `environment.mjs`. */
export const jest = ofThisSuite('jest');
