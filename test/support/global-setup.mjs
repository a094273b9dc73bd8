import { tsImport } from 'tsx/esm/api';

/** Jest loads this file as it is, without its transform; tsx brings in the TypeScript behind it. */
export default async function globalSetup() {
  const { startTestServices } = await tsImport('./services.ts', import.meta.url);
  globalThis.starlingTestServices = await startTestServices(process.env);
}
