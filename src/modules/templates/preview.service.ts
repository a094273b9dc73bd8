import type { Database } from '../../db/index.js';
import { composed } from '../../lib/composed.js';
import { invalid } from '../../lib/errors.js';
import { personName } from '../../lib/names.js';
import { yieldingWork } from '../../lib/yielding-work.js';
import { withoutNulls } from '../../lib/without-nulls.js';
import {
  findTemplate,
  newestPeople,
  peopleByIds,
  peopleOfList,
  type PreviewPerson,
} from './template.repository.js';
import { requireText } from './template.service.js';
import { previewText, type PreviewedText, type TextVariable } from '../content/index.js';

export interface PreviewRequest {
  content?: string;
  templateId?: string;
  contactIds?: string[];
  listId?: string;
  /** A person who does not exist. */
  variables?: Record<string, unknown>;
  limit?: number;
}

export interface Preview {
  variables: TextVariable[];
  items: { contactId: string | null; phone: string | null; name: string | null; outcome: PreviewedText }[];
}

const FEW = 10;
/** From the 555-01xx block, which is reserved for fiction. */
const SAMPLE = { id: 'sample', phone: '+12025550100' };

/** Shows a text as real contacts would get it, or a person made up for the purpose. */
export class PreviewService {
  constructor(private readonly deps: { database: Database }) {}

  /** Renders for the given contacts, for members of a list, for given variables, or else for the newest contacts. */
  async preview(tenantId: string, input: PreviewRequest): Promise<Preview> {
    const request = withoutNulls(input);
    const content = await this.contentOf(tenantId, request);
    const variables = requireText(content);
    const people = await this.peopleFor(tenantId, request);
    const items: Preview['items'] = [];
    const work = yieldingWork(Infinity);
    for (const person of people) {
      const contactId = person.id === SAMPLE.id ? null : person.id;
      const outcome = previewText(content, person);
      items.push({ contactId, phone: person.phone, name: person.name, outcome });
      await work.yieldIfDue();
    }
    return { variables, items };
  }

  private async contentOf(tenantId: string, { content, templateId }: PreviewRequest): Promise<string> {
    if ((content === undefined) === (templateId === undefined)) {
      throw invalid([{ path: 'content', message: 'give either content, the text itself, or templateId' }]);
    }
    if (content !== undefined) return content;
    const template = await findTemplate(this.deps.database.manager, tenantId, templateId ?? '');
    if (!template) throw invalid([{ path: 'templateId', message: `there is no template ${templateId}` }]);
    return template.content;
  }

  private async peopleFor(tenantId: string, request: PreviewRequest): Promise<PreviewPerson[]> {
    const { contactIds, listId, variables, limit = FEW } = request;
    const given = Object.entries({ contactIds, listId, variables }).filter(
      ([, value]) => value !== undefined,
    );
    if (given.length > 1) {
      const message = `give only one of ${given.map(([name]) => name).join(', ')}: each names the people to try the text on`;
      throw invalid([{ path: given[1]?.[0] ?? '', message }]);
    }
    const tx = this.deps.database.manager;
    if (variables) return [madeUp(variables)];
    if (contactIds) return this.contacts(tenantId, contactIds);
    if (listId === undefined) return newestPeople(tx, tenantId, limit);
    const members = await peopleOfList(tx, tenantId, listId, limit);
    if (!members) throw invalid([{ path: 'listId', message: `there is no list ${listId}` }]);
    return members;
  }

  private async contacts(tenantId: string, ids: string[]): Promise<PreviewPerson[]> {
    const people = await peopleByIds(this.deps.database.manager, tenantId, ids);
    const known = new Set(people.map(({ id }) => id));
    const errors = ids.flatMap((id, index) =>
      known.has(id.toLowerCase())
        ? []
        : [{ path: `contactIds[${index}]`, message: `there is no contact ${id}` }],
    );
    if (errors.length > 0) throw invalid(errors);
    return people;
  }
}

function madeUp(variables: Record<string, unknown>): PreviewPerson {
  const { name, phoneNumber } = variables;
  return {
    ...SAMPLE,
    phone: typeof phoneNumber === 'string' || phoneNumber === null ? phoneNumber : SAMPLE.phone,
    name: typeof name === 'string' ? personName(name) : null,
    variables: composed(variables),
  };
}
