export default async function globalTeardown() {
  await globalThis.starlingTestServices?.stop();
}
