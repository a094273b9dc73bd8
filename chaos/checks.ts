import type { LedgerEntry, LedgerSummary } from './ledger.js';
import type { IdMode } from './options.js';
import type { ProcessEnd } from './stage.js';
import type { Tally, Truth } from './truth.js';
import type { MissingMessage, Verdict } from './verdict.js';
import type { judgeWriters, PlannedWriter } from './writers.js';

/** One thing that must be so. */
export interface Check {
  name: string;
  holds: boolean;
  /** Both sides where they differ. */
  detail: string;
}

/** What was seen in the end, from all sides. */
export interface Findings {
  ids: IdMode;
  campaign: string;
  /** Recipients of the campaign who wrote, and STOP at the end; what is wrong with it. */
  writers: readonly PlannedWriter[];
  written: ReturnType<typeof judgeWriters>;
  /** Messages that were asked for beside the campaign, answers included. */
  asked: number;
  /** Answers that were asked for. */
  answered: number;
  parts: number;
  verdict: Verdict;
  truth: Truth;
  /** The campaign's statistics as the API returns them. */
  stats: Tally;
  arrivals: readonly LedgerEntry[];
  ledger: LedgerSummary;
  /** The queue was flushed: receipts that were on it are gone. */
  queueLost: boolean;
  crashes: readonly string[];
  ends: readonly ProcessEnd[];
}

export function checksOf(findings: Findings): Check[] {
  return [
    ...messagesOf(findings),
    ...countersOf(findings),
    ...ledgerOf(findings),
    ...directOf(findings),
    none('what people wrote is there once and in order, and each STOP binds', findings.written.wrong),
    none('nothing left for a person whose STOP was acknowledged', findings.written.sentAfterStop),
    none('no process of ours ended by itself', findings.crashes),
    none(
      'every process stopped in order when asked',
      findings.ends.filter(({ how }) => how !== 0).map(({ name, how }) => `${name}: ${how}`),
    ),
  ];
}

function messagesOf({ ids, verdict, writers }: Findings): Check[] {
  const stopped = new Set(writers.map(({ from }) => from));
  // The engine says so of whoever wrote STOP before a message left.
  const isStopped = ({ phone, account }: MissingMessage): boolean =>
    stopped.has(phone) && account !== undefined && /opted_out|that is skipped/.test(account);
  const unaccounted = verdict.missing.filter(({ account }) => account === undefined);
  const lost: Check[] =
    ids === 'idempotent'
      ? [
          none(
            'nothing is missing',
            verdict.missing.filter((missing) => !isStopped(missing)),
          ),
          // A hand-over that a crash interrupted is not made again for whoever wrote STOP since, and may have arrived.
          none(
            'nothing is unknown',
            verdict.unknown.filter(({ phone, code }) => !(stopped.has(phone) && code === 'opted_out')),
          ),
        ]
      : [none('everything that is missing is accounted for', unaccounted)];
  return [
    none('no recipient got a message twice', verdict.duplicates),
    ...lost,
    none('nothing arrived that is shown as not sent', verdict.contradicted),
    none('nothing arrived that was not asked for', verdict.strangers),
    none('parts came in order and from one sender', verdict.outOfOrder),
    none('nothing came before its time', verdict.early),
  ];
}

function countersOf({ truth, stats }: Findings): Check[] {
  const ofStats = Object.fromEntries(Object.keys(truth.counted).map((state) => [state, stats[state] ?? 0]));
  return [
    equal('counters and count(*) of the recipients', truth.counters, truth.counted),
    equal('statistics of the API and count(*)', ofStats, truth.counted),
    equal('counters and count(*) of the messages', truth.messageCounters, truth.messagesCounted),
  ];
}

/** The far side's own book against what the product believes to have sent. */
function ledgerOf({ campaign, parts, verdict, truth, arrivals, ledger, queueLost }: Findings): Check[] {
  const { messagesCounted } = truth;
  const checks = [
    equal('the ledger and its summary', { arrived: arrivals.length }, { arrived: ledger.arrived }),
  ];
  for (let part = 0; part < parts; part += 1) {
    const isOfPart = (source: string, of: number) => source === campaign && of === part;
    const arrived = arrivals.filter((entry) => isOfPart(entry.campaignId, entry.part)).length;
    const unknown = verdict.unknown.filter((one) => one.arrived && isOfPart(one.source, one.part)).length;
    const name = `part ${part + 1} of the ledger`;
    checks.push(
      equal(
        `${name} and messages sent, or unknown and arrived`,
        { arrived },
        { arrived: (messagesCounted[`${part + 1} sent`] ?? 0) + unknown },
      ),
    );
    if (queueLost || unknown > 0) continue;
    checks.push(
      equal(
        `${name} and messages read`,
        { read: messagesCounted[`${part + 1} read`] ?? 0 },
        { read: arrived },
      ),
    );
  }
  return checks;
}

/** Of what no campaign sends there are no counters: its messages are counted themselves. */
function directOf({ campaign, asked, answered, verdict, truth, arrivals, queueLost }: Findings): Check[] {
  const { kept = 0, sent = 0, read = 0 } = truth.directCounted;
  const arrived = arrivals.filter(({ campaignId }) => campaignId !== campaign).length;
  const unknown = verdict.unknown.filter((one) => one.arrived && one.source !== campaign).length;
  const name = 'the ledger without the campaign';
  const checks = [
    equal('messages asked for beside the campaign, and kept', { messages: asked }, { messages: kept }),
    equal('answers asked for, and kept', { answers: answered }, { answers: truth.answers.kept }),
    none('answers left through the sender that was written to', truth.answers.elsewhere),
    equal(`${name} and messages sent, or unknown and arrived`, { arrived }, { arrived: sent + unknown }),
  ];
  if (queueLost || unknown > 0) return checks;
  return [...checks, equal(`${name} and messages read`, { read }, { read: arrived })];
}

const SHOWN = 5;

function none(name: string, found: readonly unknown[]): Check {
  const some = found.slice(0, SHOWN).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  const detail = found.length === 0 ? '' : `${found.length}: ${some.join(', ')}`;
  return { name, holds: found.length === 0, detail };
}

function equal(name: string, left: Tally, right: Tally): Check {
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].toSorted();
  const different = keys.filter((key) => (left[key] ?? 0) !== (right[key] ?? 0));
  const detail = different.map((key) => `${key}: ${left[key] ?? 0} and ${right[key] ?? 0}`).join(', ');
  return { name: `${name} agree`, holds: different.length === 0, detail };
}
