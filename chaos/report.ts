import { forgottenOf, sumOf } from './findings.js';
import { restoredTexts } from './restore-checks.js';
import type { ChaosResult } from './run.js';
import { isStopForgotten } from './writers.js';

const LISTED = 200;

/** The result in words and numbers, for a terminal. */
export function reportText({ options, events, findings, checks, good, ...rest }: ChaosResult): string {
  const { verdict, truth, ledger, asked, answered } = findings;
  const { recipients, senders, seed, backend, ids } = options;
  const redis = `restarted ${events.redisRestarts} times, flushed ${events.redisFlushes} times`;
  const lines = [
    `${recipients} recipients, ${verdict.expected} messages (${asked} beside the campaign, ${answered} of them answers), ${senders} senders, queue on ${backend}, ` +
      `${ids === 'none' ? 'no idempotent ids' : 'idempotent ids'}, seed ${seed}: ${rest.campaignSeconds.toFixed(0)} s`,
    '',
    fact('workers killed', `${events.killsAtWork} at work, ${events.killsAtStart} while they started`),
    fact('PostgreSQL', events.postgres.length === 0 ? 'untouched' : events.postgres.join(', ')),
    fact('Redis', backend === 'redis' ? redis : 'none'),
    ...restoreLines(findings),
    fact('interrupted hand-overs', truth.interrupted),
    fact('  sent again, had arrived', ledger.resent),
    '',
    fact('arrived', ledger.arrived),
    fact('duplicates', verdict.duplicates.length),
    fact('missing', verdict.missing.length),
    fact('unknown', unknownText(verdict.unknown)),
    fact('recipients', tallyText(truth.counted)),
    fact('messages', tallyText(truth.messagesCounted)),
    fact('  beside the campaign', tallyText(truth.directCounted)),
    '',
    ...checks.map(
      ({ name, holds, detail }) => `${holds ? '✓' : '✗'} ${name}${detail === '' ? '' : `: ${detail}`}`,
    ),
  ];
  if (ids === 'none') lines.push('', ...accounts(verdict));
  if (!good) lines.push('', `What the processes said: ${rest.folder}/logs`);
  return lines.join('\n');
}

function restoreLines(findings: ChaosResult['findings']): string[] {
  const { restore, verdict, arrivals } = findings;
  if (!restore) return [fact('restore', 'none')];
  const seconds = (restore.replacedAt.getTime() - restore.takenAt.getTime()) / 1_000;
  const { held } = restore;
  const outcome = held
    ? `held, and resumed (${held.mayRepeat ?? 'an unknown number of'} recipients may get a message twice)`
    : 'went on by itself';
  const forgotten = forgottenOf(findings);
  const lost = new Set(forgotten.map(({ source }) => source));
  const arrived = arrivals.filter(({ campaignId }) => lost.has(campaignId)).length;
  const texts = [...restore.writers.values()].reduce((sum, one) => sum + one.texts.size, 0);
  const stops = [...restore.writers].filter(([phone]) =>
    isStopForgotten(phone, restoredTexts(restore)),
  ).length;
  return [
    fact('restore', `backed up ${seconds.toFixed(0)} s before, ${outcome}`),
    fact('  sent twice at that risk', verdict.risked.length),
    fact('  arrived, known nowhere', verdict.unseen.length),
    fact('  requests it forgot', `${forgotten.length} (${arrived} of ${sumOf(forgotten)} messages arrived)`),
    fact('  texts it forgot', `${texts} (${stops} STOPs are gone)`),
  ];
}

function fact(name: string, value: string | number): string {
  return `${name.padEnd(26)}${value}`;
}

function unknownText(unknown: readonly { arrived: boolean }[]): string {
  const arrived = unknown.filter((one) => one.arrived).length;
  return unknown.length === 0
    ? '0'
    : `${unknown.length} (${arrived} arrived, ${unknown.length - arrived} did not)`;
}

function tallyText(tally: Readonly<Record<string, number>>): string {
  return Object.entries(tally)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** One line for each message that is missing or unknown. */
function accounts({ missing, unknown }: ChaosResult['findings']['verdict']): string[] {
  const lines = [
    ...unknown.map(
      ({ phone, part, code, arrived }) =>
        `${phone} part ${part + 1}: unknown (${code}), ${arrived ? 'arrived' : 'did not arrive'}`,
    ),
    ...missing
      .filter(
        (message) =>
          !unknown.some(
            (one) =>
              one.source === message.source && one.phone === message.phone && one.part === message.part,
          ),
      )
      .map(
        ({ phone, part, account }) => `${phone} part ${part + 1}: missing, ${account ?? 'UNACCOUNTED FOR'}`,
      ),
  ];
  const more = lines.length - LISTED;
  return more > 0 ? [...lines.slice(0, LISTED), `... and ${more} more`] : lines;
}
