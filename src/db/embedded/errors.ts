/** The embedded database cannot run; the message is a sentence for the person who started the server. */
export class EmbeddedPostgresError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
  }
}

/** The `code` of a Node system error (`ENOENT`, `EPERM`...). */
export function errorCode(error: unknown): string | undefined {
  // Not `instanceof Error`: under Jest the errors of Node itself come from another realm.
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : undefined;
}
