import { equal, none, type Check } from './check.js';
import { forgottenOf, sumOf, type Findings } from './findings.js';
import { restoreChecks, wasLost } from './restore-checks.js';
import type { MissingMessage, Place, UnknownMessage } from './verdict.js';

export function checksOf(findings: Findings): Check[] {
  return [
    ...messagesOf(findings),
    ...countersOf(findings),
    ...ledgerOf(findings),
    ...directOf(findings),
    ...restoreChecks(findings),
    none('what people wrote is there once and in order, and each STOP binds', findings.written.wrong),
    none('nothing left for a person whose STOP was acknowledged', findings.written.sentAfterStop),
    none('no process of ours ended by itself', findings.crashes),
    none(
      'every process stopped in order when asked',
      findings.ends.filter(({ how }) => how !== 0).map(({ name, how }) => `${name}: ${how}`),
    ),
  ];
}

function messagesOf({ ids, verdict, writers, restore }: Findings): Check[] {
  const stopped = new Set(writers.map(({ from }) => from));
  // The engine says so of whoever wrote STOP before a message left.
  const isStopped = ({ phone, account }: MissingMessage): boolean =>
    stopped.has(phone) && account !== undefined && /opted_out|that is skipped/.test(account);
  // A hand-over that a crash interrupted is not made again for whoever wrote STOP since, and may have arrived.
  const isInterrupted = ({ phone, code }: UnknownMessage): boolean =>
    stopped.has(phone) && code === 'opted_out';
  const unaccounted = verdict.missing.filter(({ account }) => account === undefined);
  const isLost = (place: Place): boolean => wasLost(place, verdict, restore);
  const lost: Check[] =
    ids === 'idempotent'
      ? [
          none(
            'nothing is missing',
            verdict.missing.filter((missing) => !isStopped(missing) && !isLost(missing)),
          ),
          none(
            'nothing is unknown',
            verdict.unknown.filter((place) => !isInterrupted(place) && !isLost(place)),
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
function ledgerOf(findings: Findings): Check[] {
  const { campaign, parts, verdict, truth, arrivals, ledger, queueLost, restore } = findings;
  const { messagesCounted } = truth;
  const checks = [
    equal('the ledger and its summary', { arrived: arrivals.length }, { arrived: ledger.arrived }),
  ];
  for (let part = 0; part < parts; part += 1) {
    const isOfPart = (source: string, of: number) => source === campaign && of === part;
    const arrived = arrivals.filter((entry) => isOfPart(entry.campaignId, entry.part)).length;
    const unknown = verdict.unknown.filter((one) => one.arrived && isOfPart(one.source, one.part)).length;
    const beyond = [...verdict.risked, ...verdict.unseen].filter((one) =>
      isOfPart(one.source, one.part),
    ).length;
    const name = `part ${part + 1} of the ledger`;
    checks.push(
      equal(
        `${name} and messages sent, or unknown and arrived`,
        { arrived },
        { arrived: (messagesCounted[`${part + 1} sent`] ?? 0) + unknown + beyond },
      ),
    );
    // A restored database has forgotten the receipts of the time since the backup.
    if (queueLost || restore || unknown > 0) continue;
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
function directOf(findings: Findings): Check[] {
  const { campaign, asked, answered, verdict, truth, arrivals, queueLost, restore } = findings;
  const { kept = 0, sent = 0, read = 0 } = truth.directCounted;
  const forgotten = forgottenOf(findings);
  const lostSources = new Set(restore?.lost.map(({ source }) => source));
  const isDirect = (source: string): boolean => source !== campaign && !lostSources.has(source);
  const arrived = arrivals.filter(({ campaignId }) => isDirect(campaignId)).length;
  const unknown = verdict.unknown.filter((one) => one.arrived && one.source !== campaign).length;
  const name = 'the ledger without the campaign';
  const checks = [
    equal(
      'messages asked for beside the campaign, and kept',
      { messages: asked },
      { messages: kept + sumOf(forgotten) },
    ),
    equal(
      'answers asked for, and kept',
      { answers: answered },
      { answers: truth.answers.kept + sumOf(forgotten.filter(({ kind }) => kind === 'answer')) },
    ),
    none('answers left through the sender that was written to', truth.answers.elsewhere),
    equal(`${name} and messages sent, or unknown and arrived`, { arrived }, { arrived: sent + unknown }),
  ];
  if (queueLost || restore || unknown > 0) return checks;
  return [...checks, equal(`${name} and messages read`, { read }, { read: arrived })];
}
