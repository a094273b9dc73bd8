import { none, type Check } from './check.js';
import type { Findings, RestoreFindings } from './findings.js';
import type { Restored } from './restore.js';
import { FORGOTTEN, keyOf, type DeliveryRow, type Hole, type Place, type Verdict } from './verdict.js';
import type { RestoredTexts } from './writers.js';

/** From a hand-over to its arrival at the most, and between the clocks of two looks. */
const SLACK_MS = 3_000;
const DATABASE_RESTORED = 'database_restored';

/** What was handed over between the backup and the last flush before the journal was read is known nowhere. */
export function holeOf({ takenAt, replacedAt, settledAt, flushedAt }: RestoreFindings): Hole | undefined {
  const from = takenAt.getTime();
  const flushes = flushedAt.filter((at) => at > from && at < settledAt.getTime());
  if (flushes.length === 0) return undefined;
  return { from: from - SLACK_MS, upTo: Math.max(...flushes) + SLACK_MS, replacedAt: replacedAt.getTime() };
}

/** A flush takes the STOPs that the journal had as well. */
export function restoredTexts(restore: RestoreFindings): RestoredTexts {
  return { ...restore, forgottenUpTo: holeOf(restore)?.upTo };
}

/** As it is to be judged: what had not left when the database was lost may have arrived, or not. */
export function lostDeliveries({ lost }: RestoreFindings): DeliveryRow[] {
  return lost.map((delivery) =>
    ['sent', 'delivered', 'read'].includes(delivery.state) ? delivery : { ...delivery, state: FORGOTTEN },
  );
}

/**
 * Whether the restore accounts for a message that is missing or unknown: its request was lost with the database, or was
 * left unknown because the journal was not whole. Never one of the campaign, nor one that was asked for after the restore.
 */
export function wasLost(place: Place, { unknown }: Verdict, restore: RestoreFindings | undefined): boolean {
  if (!restore) return false;
  const isOf = (one: Pick<DeliveryRow, 'source' | 'phone'>): boolean => keyOf(one) === keyOf(place);
  if (lostDeliveries(restore).some((one) => one.state === FORGOTTEN && isOf(one))) return true;
  const isLeft = unknown.some((one) => one.code === DATABASE_RESTORED && one.part <= place.part && isOf(one));
  return isLeft && restore.held !== undefined && isLeftToPeople(place, restore);
}

function isLeftToPeople({ source }: Place, { known, campaign }: RestoreFindings): boolean {
  return source !== campaign && known.has(source);
}

export function restoreChecks(findings: Findings): Check[] {
  const { restore, verdict, arrivals, truth, queueLost } = findings;
  if (!restore) return [];
  const { held, lost, known, replacedAt, settledAt } = restore;
  const lostKeys = new Set(lost.map(keyOf));
  const lostSources = new Set(lost.map(({ source }) => source));
  const isLost = (source: string, phone: string): boolean => lostKeys.has(keyOf({ source, phone }));
  const kept = new Set(truth.deliveries.map(({ source }) => source));
  const unread = new Set(truth.unread.map(placeKey));
  const late = arrivals.filter(
    ({ campaignId, to, at }) => isLost(campaignId, to) && Date.parse(at) > replacedAt.getTime() + SLACK_MS,
  );
  const unreadSince = arrivals.filter(
    ({ campaignId, to, part, at }) =>
      Date.parse(at) > settledAt.getTime() && unread.has(placeKey({ source: campaignId, phone: to, part })),
  );
  const checks = [
    none(
      'what was accepted is kept, or was lost with the database',
      findings.accepted.filter(({ source }) => !kept.has(source) && !lostSources.has(source)),
    ),
    none(
      'what was asked for after the restore is sent as ever',
      verdict.unknown.filter(({ source, code }) => code === DATABASE_RESTORED && !known.has(source)),
    ),
    none('nothing arrived late that the restored database does not know', late),
    none(
      'the restored database goes on by itself just when nothing can be missing',
      wrongDecision(restore, findings),
    ),
    none('no more was sent twice than the answer to the resumption said', beyondWarning(held, verdict)),
  ];
  if (queueLost) return checks;
  return [...checks, none('what arrived since the restore is shown as read', unreadSince)];
}

function placeKey({ source, phone, part }: Place): string {
  return `${keyOf({ source, phone })} ${part}`;
}

/** Undecided where Redis was flushed before the backup: the journal may reach back to it, or not. */
function wrongDecision(restore: RestoreFindings, { arrivals, ...rest }: Findings): string[] {
  const { held, lost, replacedAt, settledAt, flushedAt } = restore;
  const lostSources = new Set(lost.map(({ source }) => source));
  const handedOver = arrivals.filter(
    ({ campaignId, at }) => lostSources.has(campaignId) && Date.parse(at) < replacedAt.getTime(),
  ).length;
  const flushed = flushedAt.filter((at) => at < settledAt.getTime()).length;
  const mustBeHeld = holeOf(restore) !== undefined || (handedOver > 0 && flushed === 0);
  const mayNot = flushed === 0 && lost.length === 0;
  const seen = `${handedOver} messages of lost requests had arrived, ${flushed} flushes`;
  if (mustBeHeld && !held) return [`it went on: ${seen}`];
  return mayNot && held ? [`it was held: ${seen}; campaign ${rest.campaign}`] : [];
}

/** One recipient may get each part twice. */
function beyondWarning(held: Restored['held'], { risked }: Verdict): string[] {
  const recipients = new Set(risked.map(keyOf)).size;
  if (held?.mayRepeat === undefined && held) return [];
  const said = held?.mayRepeat ?? 0;
  return recipients > said ? [`${recipients} recipients, and it said ${said}`] : [];
}
