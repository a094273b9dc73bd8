import { isUrlOf } from './checks.js';
import { Choice, Switch, Text, WholeNumber } from './decorators.js';

const MEDIA_STORES = ['disk', 's3'] as const;

/** As S3 names buckets: lower case, digits, dots and hyphens. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export class MediaConfig {
  @Choice({
    env: 'MEDIA_STORE',
    default: 'disk',
    of: MEDIA_STORES,
    help: 'Where the files of messages are kept: disk is the folder media in DATA_DIR, s3 a bucket. Processes on several machines need s3, or a DATA_DIR they share.',
  })
  store!: (typeof MEDIA_STORES)[number];

  @Text({
    env: 'S3_ENDPOINT',
    allowed: 'https://host or http://host:port, without the bucket',
    accepts: isUrlOf(['http', 'https']),
    help: 'The server with MEDIA_STORE=s3: Amazon (https://s3.eu-central-1.amazonaws.com) or any other that speaks S3.',
  })
  s3Endpoint?: string;

  @Text({
    env: 'S3_BUCKET',
    allowed: 'the name of a bucket that exists',
    accepts: (text) => BUCKET.test(text),
    help: 'The bucket. Files are kept under media/ in it.',
  })
  s3Bucket?: string;

  @Text({
    env: 'S3_REGION',
    default: 'us-east-1',
    allowed: 'the name of a region, such as eu-central-1',
    accepts: (text) => /^[a-z0-9-]+$/.test(text),
    help: 'The region the requests are signed for; many other servers than those of Amazon take any.',
  })
  s3Region!: string;

  @Text({
    env: 'S3_ACCESS_KEY_ID',
    allowed: 'an access key id',
    accepts: (text) => text !== '',
    help: 'Whose key it is; it needs to read, write and delete objects.',
  })
  s3AccessKeyId?: string;

  @Text({
    env: 'S3_SECRET_ACCESS_KEY',
    secret: true,
    allowed: 'the secret that belongs to the access key id',
    accepts: (text) => text !== '',
    help: 'The secret of that key.',
  })
  s3SecretAccessKey?: string;

  @WholeNumber({
    env: 'MEDIA_QUOTA_BYTES',
    default: 10_737_418_240,
    min: 1_048_576,
    max: 1_099_511_627_776,
    unit: 'bytes',
    help: 'Files of messages that one tenant may keep, all together.',
  })
  quotaBytes!: number;

  @WholeNumber({
    env: 'REQUEST_MEDIA_MAX_BYTES',
    default: 268_435_456,
    min: 1_048_576,
    max: 10_737_418_240,
    unit: 'bytes',
    help: 'Files that one request, such as a bulk of messages, may have fetched from mediaUrl, all together.',
  })
  requestBytes!: number;

  @Switch({
    env: 'ALLOW_PRIVATE_MEDIA_URLS',
    default: false,
    help: 'Lets mediaUrl point at this machine and its networks, for a laptop and for tests. Off, only addresses of the public Internet are fetched, so that no tenant reaches internal services through Starling.',
  })
  allowPrivateUrls!: boolean;
}
