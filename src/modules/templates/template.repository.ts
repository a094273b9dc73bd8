import { LessThan, QueryFailedError } from 'typeorm';
import type { Tx } from '../../db/index.js';
import { Template } from './template.entity.js';

/** A person a text is previewed for. */
export interface PreviewPerson {
  id: string;
  phone: string | null;
  name: string | null;
  variables: Record<string, unknown>;
}

/** False when the tenant has a template of that name already. */
export async function insertTemplate(tx: Tx, template: Template): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    `INSERT INTO templates (id, tenant_id, name, content, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
     ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id`,
    [template.id, template.tenantId, template.name, template.content, template.createdAt],
  );
  return rows.length === 1;
}

export async function findTemplate(tx: Tx, tenantId: string, id: string): Promise<Template | undefined> {
  return (await tx.findOneBy(Template, { tenantId, id })) ?? undefined;
}

export async function findTemplateByName(
  tx: Tx,
  tenantId: string,
  name: string,
): Promise<Template | undefined> {
  return (await tx.findOneBy(Template, { tenantId, name })) ?? undefined;
}

/** Newest first. */
export async function listTemplates(
  tx: Tx,
  tenantId: string,
  page: { limit: number; before?: string },
): Promise<Template[]> {
  return tx.find(Template, {
    where: { tenantId, ...(page.before ? { id: LessThan(page.before) } : {}) },
    order: { id: 'DESC' },
    take: page.limit,
  });
}

const PG_UNIQUE_VIOLATION = '23505';

/** Whether it was there to be changed; `name_taken` when another template of the tenant has the name. */
export async function updateTemplate(
  tx: Tx,
  tenantId: string,
  id: string,
  change: Partial<Pick<Template, 'name' | 'content'>> & { updatedAt: Date },
): Promise<'updated' | 'not_found' | 'name_taken'> {
  try {
    const { affected } = await tx.update(Template, { tenantId, id }, change);
    return affected === 1 ? 'updated' : 'not_found';
  } catch (error) {
    if (isNameTaken(error)) return 'name_taken';
    throw error;
  }
}

function isNameTaken(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const cause: { code?: string; constraint?: string } = error.driverError;
  return cause.code === PG_UNIQUE_VIOLATION && cause.constraint === 'templates_tenant_name';
}

export async function removeTemplate(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  const { affected } = await tx.delete(Template, { tenantId, id });
  return affected === 1;
}

const PERSON = `contacts.id, contacts.phone, contacts.name, contacts.attributes AS variables`;

/** Those of the contacts that are the tenant's, in the order of the ids. */
export async function peopleByIds(tx: Tx, tenantId: string, ids: string[]): Promise<PreviewPerson[]> {
  return tx.query<PreviewPerson[]>(
    `SELECT ${PERSON} FROM unnest($2::uuid[]) WITH ORDINALITY AS asked (id, place)
     JOIN contacts ON contacts.id = asked.id AND contacts.tenant_id = $1 ORDER BY asked.place`,
    [tenantId, ids],
  );
}

/** The members of a list in the order they joined; undefined when the tenant has no such list. */
export async function peopleOfList(
  tx: Tx,
  tenantId: string,
  listId: string,
  limit: number,
): Promise<PreviewPerson[] | undefined> {
  const lists = await tx.query<unknown[]>('SELECT FROM contact_lists WHERE tenant_id = $1 AND id = $2', [
    tenantId,
    listId,
  ]);
  if (lists.length === 0) return undefined;
  return tx.query<PreviewPerson[]>(
    `SELECT ${PERSON} FROM contact_list_members member
     JOIN contacts ON contacts.id = member.contact_id AND contacts.tenant_id = member.tenant_id
     WHERE member.tenant_id = $1 AND member.list_id = $2 ORDER BY member.added_at, member.contact_id LIMIT $3`,
    [tenantId, listId, limit],
  );
}

export async function newestPeople(tx: Tx, tenantId: string, limit: number): Promise<PreviewPerson[]> {
  return tx.query<PreviewPerson[]>(
    `SELECT ${PERSON} FROM contacts WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2`,
    [tenantId, limit],
  );
}
