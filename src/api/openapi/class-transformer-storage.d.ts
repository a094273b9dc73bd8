/** class-transformer ships this file without types; the document generator reads the @Type() decorators from it. */
declare module 'class-transformer/cjs/storage.js' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage.js';
}
