import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { DomainError, invalid, notFound } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { yieldingWork } from '../../lib/yielding-work.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import { errorsOfName } from '../../lib/storable.js';
import type { Template } from './template.entity.js';
import {
  findTemplate,
  findTemplateByName,
  insertTemplate,
  listTemplates,
  removeTemplate,
  updateTemplate,
} from './template.repository.js';
import { checkText, type TextVariable } from '../content/index.js';

/** A saved text with what it refers to. */
export type ReadTemplate = Template & { variables: TextVariable[] };

/**
 * Saved texts of a tenant. A campaign made from one takes a copy: changing or deleting a template changes no campaign.
 * Throws `invalid` for a text that does not parse (with line and column), `conflict` (template_exists) for a name in
 * use, `not_found` for a template of another tenant.
 */
export class TemplateService {
  constructor(private readonly deps: { database: Database; clock: Clock }) {}

  async create(tenantId: string, input: { name: string; content: string }): Promise<ReadTemplate> {
    const name = usableName(input.name);
    requireText(input.content);
    const now = this.deps.clock.now();
    const template = { id: newId(), tenantId, name, content: input.content, createdAt: now, updatedAt: now };
    const isNew = await insertTemplate(this.deps.database.manager, template);
    if (!isNew) throw await this.exists(tenantId, name);
    return readTemplate(template);
  }

  /** Newest first. */
  async list(tenantId: string, page: PageRequest): Promise<Page<ReadTemplate>> {
    const rows = await listTemplates(this.deps.database.manager, tenantId, {
      limit: page.limit + 1,
      before: idBehind(page.cursor),
    });
    const { items, ...rest } = toPage(rows, page.limit, ({ id }) => [id]);
    const work = yieldingWork(Infinity);
    const read: ReadTemplate[] = [];
    for (const template of items) {
      read.push(readTemplate(template));
      await work.yieldIfDue();
    }
    return { items: read, ...rest };
  }

  async get(tenantId: string, id: string): Promise<ReadTemplate> {
    const template = await findTemplate(this.deps.database.manager, tenantId, id);
    if (!template) throw notFound('template', id);
    return readTemplate(template);
  }

  async update(
    tenantId: string,
    id: string,
    input: { name?: string | null; content?: string | null },
  ): Promise<ReadTemplate> {
    const name = typeof input.name === 'string' ? usableName(input.name) : undefined;
    const content = input.content ?? undefined;
    if (content !== undefined) requireText(content);
    const outcome = await updateTemplate(this.deps.database.manager, tenantId, id, {
      ...(name === undefined ? {} : { name }),
      ...(content === undefined ? {} : { content }),
      updatedAt: this.deps.clock.now(),
    });
    if (outcome === 'not_found') throw notFound('template', id);
    if (outcome === 'name_taken') throw await this.exists(tenantId, name ?? '');
    return this.get(tenantId, id);
  }

  async remove(tenantId: string, id: string): Promise<void> {
    const removed = await removeTemplate(this.deps.database.manager, tenantId, id);
    if (!removed) throw notFound('template', id);
  }

  private async exists(tenantId: string, name: string): Promise<DomainError> {
    const other = await findTemplateByName(this.deps.database.manager, tenantId, name);
    const message = `There is a template "${name}" already: ${other?.id ?? 'just removed'}.`;
    return new DomainError('conflict', 'template_exists', message, { errors: [{ path: 'name', message }] });
  }
}

function readTemplate(template: Template): ReadTemplate {
  const checked = checkText(template.content);
  return Object.assign(template, { variables: checked.ok ? checked.variables : [] });
}

/** The variables of a text; refuses (`invalid`) one that cannot be sent. */
export function requireText(content: string): TextVariable[] {
  const checked = checkText(content);
  if (checked.ok) return checked.variables;
  throw invalid([{ path: 'content', message: checked.message }]);
}

function usableName(name: string): string {
  const errors = errorsOfName(name);
  if (errors.length > 0) throw invalid(errors);
  return name.trim();
}
