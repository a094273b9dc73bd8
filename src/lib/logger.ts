import { pino, type Logger as PinoLogger } from 'pino';
import pretty from 'pino-pretty';

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

export interface LoggerOptions {
  /** `pretty` is for people at a terminal. */
  format?: 'json' | 'pretty';
  /** Standard output unless given. */
  destination?: { write(line: string): void };
}

export function createLogger(level: LogLevel, { format = 'json', destination }: LoggerOptions = {}): Logger {
  const paths = PRIVATE_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  const options = {
    level,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: '[redacted]' },
  };
  if (destination) return pino(options, destination);
  return format === 'pretty' ? pino(options, pretty({ sync: true })) : pino(options);
}
