import { describe, expect, it } from '@jest/globals';
import { DomainError, StoreUnreachable } from '../../src/lib/errors.js';
import { createLogger } from '../../src/lib/logger.js';
import { ThrottledLogger } from '../../src/lib/throttled-logger.js';
import { unavailableResource } from '../../src/lib/transient-errors.js';

function failure(message: string, fields: object = {}): Error {
  return Object.assign(new Error(message), fields);
}

describe('what an error says is missing', () => {
  it.each([
    ['server', failure('connect', { code: 'ECONNREFUSED' })],
    ['server', failure('shutting down', { driverError: { code: '57P01' } })],
    ['server', failure('cannot execute UPDATE in a read-only transaction', { code: '25006' })],
    ['server', failure('password authentication failed', { code: '28P01' })],
    ['server', failure('out of memory', { driverError: { code: '53200' } })],
    ['server', failure('Connection terminated unexpectedly')],
    ['server', new StoreUnreachable('no answer')],
    ['server', new DomainError('unavailable', 'queue_unavailable', 'away')],
    ['disk', failure('no space left on device', { code: 'ENOSPC' })],
    ['disk', failure('disk full', { code: '53100' })],
    ['disk', failure('could not extend file "base/5/16401": File too large', { code: 'XX000' })],
    ['lock', failure('canceling statement due to lock timeout', { code: '55P03' })],
    ['lock', failure('deadlock detected', { code: '40P01' })],
    ['lock', failure('could not serialize access', { driverError: { code: '40001' } })],
    // It would take as long again.
    [undefined, failure('canceling statement due to statement timeout', { code: '57014' })],
    [undefined, failure('unsupported Unicode escape sequence', { code: '22P05' })],
    [undefined, failure('duplicate key', { code: '23505' })],
    [undefined, new DomainError('not_found', 'contact_not_found', 'no such contact')],
    [undefined, 'text'],
  ])('%s', (lack, error) => {
    expect(unavailableResource(error)).toBe(lack);
  });
});

describe('a log of the same error again and again', () => {
  it('has one line per half minute, ids aside, and counts those left out', () => {
    const lines: string[] = [];
    const logger = createLogger('warn', { destination: { write: (line) => lines.push(line) } });
    let now = 0;
    const log = new ThrottledLogger(logger, { now: () => new Date(now) });
    for (let job = 0; job < 50; job += 1) log.report('warn', `job send-${job}-a lost`, 'a job was lost');
    log.report('warn', 'other trouble', 'other trouble');
    expect(lines).toHaveLength(2);
    now = 31_000;
    log.report('warn', 'job send-77-b lost', 'a job was lost');
    expect(JSON.parse(lines[2] ?? '{}')).toMatchObject({ msg: 'a job was lost', leftOut: 49 });
  });
});
