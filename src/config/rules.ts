import { isLoopback } from './checks.js';
import type { Config } from './config.js';

/** Errors between settings that are each valid by themselves: one sentence per error, with the fix. */
export function crossErrors({ server, database, queue, auth, media }: Config): string[] {
  const errors: string[] = [];
  if (auth.mode === 'none' && !isLoopback(server.host)) {
    errors.push(
      `AUTH_MODE is "none" while HOST is "${server.host}": every caller who reaches this address would be the administrator. ` +
        'Allowed: HOST=127.0.0.1, or AUTH_MODE=password.',
    );
  }
  if (queue.enableRedis && !queue.activeRedisUrl) {
    errors.push(
      'ENABLE_REDIS is "true" without a server. Allowed: set REDIS_URL or REDIS_HOST too, or ENABLE_REDIS=false.',
    );
  }
  if (server.roles.length === 1 && !database.url) {
    errors.push(
      `ROLES is "${server.roles.join(',')}" without DATABASE_URL: the embedded database belongs to one process, and the other ` +
        'role could not reach it. Allowed: ROLES=api,worker, or set DATABASE_URL.',
    );
  }
  const missing = media.store === 's3' ? missingOfS3(media) : [];
  if (missing.length > 0) {
    errors.push(
      `MEDIA_STORE is "s3" without ${missing.join(', ')}. Allowed: set ${missing.length === 1 ? 'it' : 'them'} too, or MEDIA_STORE=disk.`,
    );
  }
  return errors;
}

function missingOfS3(media: Config['media']): string[] {
  const needed = {
    S3_ENDPOINT: media.s3Endpoint,
    S3_BUCKET: media.s3Bucket,
    S3_ACCESS_KEY_ID: media.s3AccessKeyId,
    S3_SECRET_ACCESS_KEY: media.s3SecretAccessKey,
  };
  return Object.entries(needed)
    .filter(([, value]) => !value)
    .map(([env]) => env);
}
