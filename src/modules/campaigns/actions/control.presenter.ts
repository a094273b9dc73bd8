import { waitingMessage } from '../core/waiting.js';
import type { Simulated } from '../forecast/core/simulation.js';
import { presentCampaign } from '../campaign.presenter.js';
import type { RetryOutcome } from './control.service.js';
import type { DryRunResponse, RetriedCampaignResponse, TestRunResponse } from './control.dto.js';
import type { DryRun, Exclusion } from '../forecast/dry-run.service.js';
import { shownIdentity } from '../../contacts/index.js';
import type { TestRun } from './test-send.service.js';
import type { CountedCampaign } from '../campaign.repository.js';

const EXCLUDED: { readonly [Reason in Exclusion]: string } = {
  contact_deleted: 'The contact was deleted.',
  opted_out: 'The contact has opted out.',
  suppressed: 'The person is on the suppression list, for this kind of message.',
  no_reachable_identity: 'No sender of the pool can write to the person by anything that is known of them.',
  missing_variable: 'The text needs a value this recipient does not have.',
  not_on_whatsapp: 'The last check of the number found no WhatsApp account.',
  frequency_cap: 'The contact has had as many messages as the frequency limit allows.',
};

export function presentDryRun(run: DryRun): DryRunResponse {
  const { end, startsAt, senders } = run;
  const finishAt = end.kind === 'finishes' ? end.at : undefined;
  return {
    recipients: run.recipients,
    exclusions: run.exclusions.map((one) => ({ ...one, message: EXCLUDED[one.reason] })),
    willReceive: run.willReceive,
    messages: run.messages,
    removed: run.removed,
    senders: {
      total: senders.total,
      able: senders.able,
      warmingUp: senders.warmingUp,
      unable: senders.unable,
    },
    otherCampaigns: run.otherCampaigns,
    startsAt: startsAt.toISOString(),
    finishAt: finishAt?.toISOString() ?? null,
    durationSeconds: finishAt ? Math.ceil((finishAt.getTime() - startsAt.getTime()) / 1_000) : null,
    messagesLeft: end.kind === 'finishes' ? 0 : end.left,
    message: messageOf(run),
  };
}

function messageOf(run: DryRun): string {
  const { end, senders, operatorContinuesAfter } = run;
  if (run.messages === 0) return 'No recipient would get a message.';
  if (senders.able === 0) return waitingMessage(senders.unable[0]?.reason ?? 'no_sender_in_pool');
  const sentence = endSentence(end);
  if (operatorContinuesAfter === undefined) return sentence;
  return `${sentence} After ${operatorContinuesAfter} recipients an operator has to let it go on; that wait is not counted.`;
}

function endSentence(end: Simulated): string {
  switch (end.kind) {
    case 'finishes':
      return `All messages would have left by ${end.at.toISOString()}.`;
    case 'expires':
      return `${end.left} messages would not leave before the campaign expires at ${end.at.toISOString()}.`;
    case 'never':
      return `${end.left} messages would never leave: ${NEVER[end.reason]}`;
  }
}

const NEVER: { readonly [Reason in Extract<Simulated, { kind: 'never' }>['reason']]: string } = {
  hours_never_come: 'the hours in which they may be sent do not come.',
  senders_used_up: 'the senders have used up what the campaign allows each of them.',
  too_far: 'it would take more than five years.',
};

export function presentRetried(
  campaign: CountedCampaign,
  { retried, left }: RetryOutcome,
): RetriedCampaignResponse {
  return Object.assign(presentCampaign(campaign), { retried, notRetried: left });
}

export function presentTestRun({ variant, phoneNumbers, ...run }: TestRun): TestRunResponse {
  const shown = phoneNumbers.map(shownIdentity);
  return {
    ...run,
    phoneNumbers: shown.flatMap(({ phoneNumber }) => phoneNumber ?? []),
    others: shown.filter(({ phoneNumber }) => phoneNumber === null),
    ...(variant !== undefined && { variant }),
  };
}
