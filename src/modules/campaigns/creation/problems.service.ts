import type { Database } from '../../../db/index.js';
import { notFound } from '../../../lib/errors.js';
import { inTurns, yieldingWork } from '../../../lib/yielding-work.js';
import { encodeCursor, idBehind, toPage, type Page, type PageRequest } from '../../../lib/pages.js';
import type { Campaign } from '../campaign.entity.js';
import { findCampaign } from '../campaign.repository.js';
import { neededByContent } from './core/content-input.js';
import {
  brokenRecipients,
  hasBroken,
  waitingRecipients,
  type EndedRecipient,
  type Suspicion,
  type TriedRecipient,
} from './problems.repository.js';
import {
  analyseAhead,
  choiceSeed,
  RenderBudget,
  renderPart,
  templateScope,
  type RenderFailure,
  harmlessValueBytes,
  type CampaignPart,
} from '../../content/index.js';

/** Why one part cannot be rendered for one recipient. */
export interface PartProblem {
  /** From 0. */
  part: number;
  code: RenderFailure | 'internal_error';
  message: string;
  /** The variable that is missing. */
  variable?: string;
}

export interface RecipientProblems {
  recipient: Pick<TriedRecipient, 'id' | 'contactId' | 'phone' | 'name'>;
  /** The name of its variant, in a campaign that has some. */
  variant?: string;
  problems: PartProblem[];
}

const BATCH = 500;
/** One request renders no longer than this; its cursor continues where it ended. */
const PAGE_MS = 1_000;

const BROKEN = 'An error inside Starling stopped it on every attempt; the log has the error.';

/** Renders a campaign's texts for the recipients that have not got them yet, and names those that an error has ended. */
export class CampaignProblems {
  constructor(private readonly deps: { database: Database }) {}

  /**
   * Recipients not sent to yet whose text would fail, and those that failed with `internal_error`. Where only a missing value can make a text fail, the database
   * selects the candidates; otherwise every text is rendered. A page can then be short, even empty, and still have a
   * `nextCursor`.
   */
  async list(tenantId: string, id: string, page: PageRequest): Promise<Page<RecipientProblems>> {
    const campaign = await findCampaign(this.deps.database.manager, tenantId, id);
    if (!campaign) throw notFound('campaign', id);
    const suspicion = await suspicionOf(campaign);
    const isBroken = await hasBroken(this.deps.database.manager, id);
    const found: RecipientProblems[] = [];
    const work = yieldingWork(PAGE_MS);
    let after = idBehind(page.cursor);
    do {
      const { rows, more } = await this.next(campaign, after, { suspicion, isBroken });
      for (const row of rows) {
        const tried = 'variables' in row ? tryOn(campaign, row) : broken(campaign, row);
        if (tried.problems.length > 0) found.push(tried);
        if (found.length > page.limit) return toPage(found, page.limit, ({ recipient }) => [recipient.id]);
        after = row.id;
        await work.yieldIfDue();
        if (work.isOver()) break;
      }
      const isThrough = rows.length === 0 || rows.at(-1)?.id === after;
      if (isThrough && !more) return { items: found, nextCursor: null };
    } while (!work.isOver());
    return { items: found, nextCursor: encodeCursor([after]) };
  }

  /** In the order of ids, so that one cursor serves both kinds. */
  private async next(
    campaign: Campaign,
    after: string | undefined,
    { suspicion, isBroken }: { suspicion: Suspicion | undefined; isBroken: boolean },
  ): Promise<{ rows: (TriedRecipient | EndedRecipient)[]; more: boolean }> {
    const { manager } = this.deps.database;
    const waiting = await waitingRecipients(manager, campaign, { after, limit: BATCH, suspicion });
    if (!isBroken) return waiting;
    const ended = await brokenRecipients(manager, campaign, { after, limit: BATCH });
    const both = [...waiting.rows, ...ended].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const more = waiting.more || both.length >= BATCH;
    // What follows those that wait comes with the next of them.
    const last = waiting.more ? waiting.rows.at(-1)?.id : undefined;
    const rows = last === undefined ? both : both.filter(({ id }) => id <= last);
    return { rows: rows.slice(0, BATCH), more };
  }
}

async function suspicionOf(campaign: Campaign): Promise<Suspicion | undefined> {
  const parts = campaign.variants?.flatMap((variant) => variant.parts) ?? campaign.parts;
  await analyseAhead(parts);
  const bounds = await inTurns(parts, (part) => harmlessValueBytes([part]));
  const maxBytes = bounds.includes(undefined) ? undefined : Math.min(...bounds.map(Number));
  return maxBytes === undefined ? undefined : { needed: neededByContent(campaign), maxBytes };
}

function tryOn(campaign: Campaign, recipient: TriedRecipient): RecipientProblems {
  const variant = campaign.variants?.[recipient.variant];
  const problems = problemsOf(variant?.parts ?? campaign.parts, recipient);
  // Without the variables, which may be long.
  const { id, contactId, phone, name } = recipient;
  return { recipient: { id, contactId, phone, name }, ...(variant && { variant: variant.name }), problems };
}

function broken(campaign: Campaign, recipient: EndedRecipient): RecipientProblems {
  const variant = campaign.variants?.[recipient.variant];
  const problem = { part: recipient.nextPart, code: 'internal_error', message: BROKEN } as const;
  return { recipient, ...(variant && { variant: variant.name }), problems: [problem] };
}

function problemsOf(parts: readonly CampaignPart[], recipient: TriedRecipient): PartProblem[] {
  const scope = templateScope(recipient);
  const budget = new RenderBudget();
  return parts.flatMap((part, index) => {
    const rendered = renderPart(part, scope, choiceSeed(recipient.contactId, index), budget);
    if (rendered.ok) return [];
    const { code, reason, variable } = rendered;
    return [{ part: index, code, message: reason, ...(variable === undefined ? {} : { variable }) }];
  });
}
