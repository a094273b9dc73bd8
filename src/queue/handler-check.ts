import type { JobCatalog, JobHandlers } from './catalog.js';

/** Stops the start when a job has no handler, or a handler no job: one of them would silently never run. */
export function assertHandlersMatchCatalog(handlers: JobHandlers, catalog: JobCatalog): void {
  const given = new Map<string, unknown>(Object.entries(handlers));
  const missing = Object.keys(catalog).filter((name) => typeof given.get(name) !== 'function');
  const unknown = Object.keys(handlers).filter((name) => !Object.hasOwn(catalog, name));
  const complaints = [
    ...(missing.length > 0 ? [`jobs without a handler: ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`handlers without a job: ${unknown.join(', ')}`] : []),
  ];
  if (complaints.length > 0) {
    throw new Error(`The job catalogue and the handlers do not match: ${complaints.join('; ')}.`);
  }
}
