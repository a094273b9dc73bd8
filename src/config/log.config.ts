import type { LogLevel } from '../lib/logger.js';
import { Choice } from './decorators.js';

export class LogConfig {
  @Choice({
    env: 'LOG_LEVEL',
    default: 'info',
    of: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    help: 'Least important messages that are logged.',
  })
  level!: LogLevel;

  @Choice({
    env: 'LOG_FORMAT',
    default: 'json',
    of: ['json', 'pretty'],
    help: 'json for machines, one object per line; pretty for people.',
  })
  format!: 'json' | 'pretty';
}
