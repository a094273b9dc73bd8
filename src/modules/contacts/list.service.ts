import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { DomainError, invalid, notFound } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import { cleanName } from '../../lib/names.js';
import { ListRepository, type CountedList } from './list.repository.js';

/** Named sets of contacts. Every method sees the given tenant's lists only. */
export class ListService {
  private readonly lists = new ListRepository();

  constructor(private readonly deps: { database: Database; clock: Clock }) {}

  /** Refuses (`conflict`, `list_exists`) a name the tenant uses already. */
  async create(tenantId: string, input: { name: string }): Promise<CountedList> {
    const list = { id: newId(), name: requireName(input.name), createdAt: this.deps.clock.now() };
    const { manager } = this.deps.database;
    const isNew = await this.lists.insert(manager, { ...list, tenantId, now: list.createdAt });
    if (!isNew) throw await this.exists(tenantId, list.name);
    return { ...list, memberCount: 0 };
  }

  /** Newest first. */
  async list(tenantId: string, page: PageRequest): Promise<Page<CountedList>> {
    const rows = await this.lists.listCounted(this.deps.database.manager, tenantId, {
      limit: page.limit + 1,
      beforeId: idBehind(page.cursor),
    });
    return toPage(rows, page.limit, ({ id }) => [id]);
  }

  async get(tenantId: string, id: string): Promise<CountedList> {
    const list = await this.lists.findCounted(this.deps.database.manager, tenantId, id);
    if (!list) throw notFound('list', id);
    return list;
  }

  async rename(tenantId: string, id: string, name: string): Promise<CountedList> {
    const newName = requireName(name);
    await this.deps.database.transaction(async (tx) => {
      const other = await this.lists.findByName(tx, tenantId, newName);
      if (other && other.id !== id) throw await this.exists(tenantId, newName);
      if (!(await this.lists.rename(tx, tenantId, id, newName))) throw notFound('list', id);
    });
    return this.get(tenantId, id);
  }

  /** Removes the list, not its contacts. */
  async remove(tenantId: string, id: string): Promise<void> {
    if (!(await this.lists.remove(this.deps.database.manager, tenantId, id))) throw notFound('list', id);
  }

  /**
   * Adds contacts; those that are members already are no error. Unknown contacts are `invalid`, and no contact is
   * added.
   */
  async addMembers(tenantId: string, id: string, contactIds: readonly string[]): Promise<{ added: number }> {
    return this.deps.database.transaction(async (tx) => {
      if (!(await this.lists.find(tx, tenantId, id))) throw notFound('list', id);
      const unknown = await this.lists.unknownContacts(tx, tenantId, contactIds);
      if (unknown.length > 0) {
        const shown = unknown.slice(0, 5).join(', ');
        throw invalid([
          { path: 'contactIds', message: `${unknown.length} of these are no contacts: ${shown}.` },
        ]);
      }
      const added = await this.lists.addContacts(tx, tenantId, id, contactIds, this.deps.clock.now());
      return { added };
    });
  }

  async removeMember(tenantId: string, id: string, contactId: string): Promise<void> {
    const { manager } = this.deps.database;
    if (!(await this.lists.find(manager, tenantId, id))) throw notFound('list', id);
    if (!(await this.lists.removeContact(manager, tenantId, id, contactId))) {
      throw new DomainError('not_found', 'member_not_found', `Contact ${contactId} is not on this list.`);
    }
  }

  private async exists(tenantId: string, name: string): Promise<DomainError> {
    const other = await this.lists.findByName(this.deps.database.manager, tenantId, name);
    const message = `There is a list "${name}" already: ${other?.id ?? 'just removed'}.`;
    return new DomainError('conflict', 'list_exists', message, { errors: [{ path: 'name', message }] });
  }
}

function requireName(name: string): string {
  const clean = cleanName(name);
  if (clean === null) throw invalid([{ path: 'name', message: 'Give the list a name.' }]);
  return clean;
}
