import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** Fields that hold message text, full numbers or secrets; they never reach a log line. */
const PRIVATE_FIELDS = [
  'phone',
  'phoneNumber',
  'to',
  'from',
  'body',
  'text',
  'content',
  'password',
  'token',
  'authorization',
  'apiKey',
  'credentials',
  'qr',
];

export function createLogger(level: LogLevel, destination?: { write(line: string): void }): Logger {
  const paths = PRIVATE_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  const options = {
    level,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: '[redacted]' },
  };
  return destination ? pino(options, destination) : pino(options);
}
