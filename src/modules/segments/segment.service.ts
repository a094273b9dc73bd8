import type { Database, Tx } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { DomainError, invalid, notFound, type FieldError } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import type { ContactService } from '../contacts/index.js';
import type { Filter } from './core/filter.js';
import { parseFilter } from './core/parse.js';
import type { Segment } from './segment.entity.js';
import {
  brokenReferences,
  contactIds,
  countContacts,
  findSegmentByName,
  findSegments,
  insertSegment,
  listSegments,
  removeSegment,
  updateSegment,
  type BrokenReference,
} from './segment.repository.js';

/** A contact as the contacts module hands it out. */
type SegmentContact = Awaited<ReturnType<ContactService['findMany']>>[number];

export interface SegmentDeps {
  database: Database;
  clock: Clock;
  contacts: Pick<ContactService, 'findMany' | 'findPage'>;
}

const SAMPLE_SIZE = 10;

/** Saved questions about contacts. Who belongs to one is decided at the moment it is asked. */
export class SegmentService {
  constructor(private readonly deps: SegmentDeps) {}

  /** Refuses (`invalid`) a filter that cannot be asked, and (`conflict`, `segment_exists`) a name that is taken. */
  async create(tenantId: string, input: { name: string; filter: object }): Promise<Segment> {
    const name = requireName(input.name);
    await this.read(this.manager, tenantId, input.filter, 'filter');
    const now = this.deps.clock.now();
    const segment = {
      id: newId(),
      tenantId,
      name,
      filter: { ...input.filter },
      createdAt: now,
      updatedAt: now,
    };
    if (!(await insertSegment(this.manager, segment))) throw await this.exists(tenantId, name);
    return segment;
  }

  /** Newest first. */
  async list(tenantId: string, page: PageRequest): Promise<Page<Segment>> {
    const beforeId = idBehind(page.cursor);
    return listSegments(this.manager, tenantId, { limit: page.limit, beforeId });
  }

  async get(tenantId: string, id: string): Promise<Segment> {
    const [segment] = await findSegments(this.manager, tenantId, [id]);
    if (!segment) throw notFound('segment', id);
    return segment;
  }

  async update(
    tenantId: string,
    id: string,
    input: { name?: string | null; filter?: object | null },
  ): Promise<Segment> {
    const segment = await this.get(tenantId, id);
    const name = requireName(input.name ?? segment.name);
    if (input.filter) await this.read(this.manager, tenantId, input.filter, 'filter');
    const filter = input.filter ? { ...input.filter } : segment.filter;
    const change = { tenantId, id, name, filter, updatedAt: this.deps.clock.now() };
    if (!(await updateSegment(this.manager, change))) throw await this.exists(tenantId, name);
    return this.get(tenantId, id);
  }

  /** Campaigns that were made from it keep their recipients. */
  async remove(tenantId: string, id: string): Promise<void> {
    if (!(await removeSegment(this.manager, tenantId, id))) throw notFound('segment', id);
  }

  /** Who belongs now, newest contacts first, and how many they are. `not_possible` when it names something deleted. */
  async contacts(tenantId: string, id: string, page: PageRequest): Promise<Page<SegmentContact>> {
    const segment = await this.get(tenantId, id);
    const filter = await this.readSaved(this.manager, tenantId, segment, 'filter');
    const beforeId = idBehind(page.cursor);
    const now = this.deps.clock.now();
    const ids = await contactIds(this.manager, tenantId, filter, { limit: page.limit + 1, beforeId, now });
    const isWhole = beforeId === undefined && ids.length <= page.limit;
    const total = isWhole ? ids.length : await countContacts(this.manager, tenantId, filter, now);
    const found = toPage(ids, page.limit, (contactId) => [contactId]);
    return { ...found, items: await this.deps.contacts.findPage(tenantId, found.items), total };
  }

  /** How many a filter finds, and some of them, without saving it. */
  async preview(
    tenantId: string,
    input: { filter: object },
  ): Promise<{ count: number; sample: SegmentContact[] }> {
    const filter = await this.read(this.manager, tenantId, input.filter, 'filter');
    const now = this.deps.clock.now();
    // One after the other, because a request has one connection; what is rare is looked for once.
    const ids = await contactIds(this.manager, tenantId, filter, {
      limit: SAMPLE_SIZE,
      beforeId: undefined,
      now,
    });
    const isWhole = ids.length < SAMPLE_SIZE;
    const count = isWhole ? ids.length : await countContacts(this.manager, tenantId, filter, now);
    return { count, sample: await this.deps.contacts.findMany(tenantId, ids) };
  }

  /** The filter a caller wrote, ready to be asked; `invalid`, every error with its path below `path`. */
  async read(tx: Tx, tenantId: string, input: unknown, path: string): Promise<Filter> {
    const parsed = parseFilter(input, path);
    if (!parsed.ok) throw invalid(parsed.errors);
    const broken = await brokenReferences(tx, tenantId, parsed.references);
    if (broken.length > 0) throw invalid(broken.map(noSuchThing));
    return parsed.filter;
  }

  /**
   * The filters of saved segments, in the order of the ids. `invalid` for ids that are none of the tenant's, named as
   * `path[0]`; `not_possible` (`segment_broken`) for a segment that names a list or campaign that was deleted since,
   * because "not on list X" would suddenly mean all contacts.
   */
  async readMany(tx: Tx, tenantId: string, ids: readonly string[], path: string): Promise<Filter[]> {
    const found = new Map(
      (await findSegments(tx, tenantId, [...ids])).map((segment) => [segment.id, segment]),
    );
    const unknown = ids.flatMap((id, index): FieldError[] =>
      found.has(id.toLowerCase())
        ? []
        : [{ path: `${path}[${index}]`, message: `there is no segment ${id}` }],
    );
    if (unknown.length > 0) throw invalid(unknown);
    const filters: Filter[] = [];
    for (const [index, id] of ids.entries()) {
      const segment = found.get(id.toLowerCase());
      if (segment) filters.push(await this.readSaved(tx, tenantId, segment, `${path}[${index}].filter`));
    }
    return filters;
  }

  private async readSaved(tx: Tx, tenantId: string, segment: Segment, path: string): Promise<Filter> {
    const parsed = parseFilter(segment.filter, path);
    const errors = parsed.ok
      ? (await brokenReferences(tx, tenantId, parsed.references)).map(noSuchThing)
      : parsed.errors;
    if (parsed.ok && errors.length === 0) return parsed.filter;
    const reasons = errors.map((error) => error.message).join('; ');
    const message = `The segment "${segment.name}" cannot be asked any more: ${reasons}. Change it.`;
    throw new DomainError('not_possible', 'segment_broken', message, { errors });
  }

  private async exists(tenantId: string, name: string): Promise<DomainError> {
    const other = await findSegmentByName(this.manager, tenantId, name);
    const message = `There is a segment "${name}" already: ${other?.id ?? 'just removed'}.`;
    return new DomainError('conflict', 'segment_exists', message, { errors: [{ path: 'name', message }] });
  }

  private get manager(): Tx {
    return this.deps.database.manager;
  }
}

function noSuchThing({ kind, id, path, recipientsRemovedAt }: BrokenReference): FieldError {
  if (recipientsRemovedAt) {
    const since = recipientsRemovedAt.toISOString();
    const message =
      `the recipients of the campaign ${id} were removed at ${since} (retention.deliveryDays of the settings); ` +
      'ask about another campaign, or leave campaignId out';
    return { path, message };
  }
  return { path, message: `there is no ${kind} ${id}` };
}

function requireName(name: string): string {
  const clean = name.replaceAll('\0', '').replaceAll(/\s+/g, ' ').trim();
  if (clean === '') throw invalid([{ path: 'name', message: 'Give the segment a name.' }]);
  return clean;
}
