import type { Database } from '../../db/index.js';
import { notFound } from '../../lib/errors.js';
import type { Page, PageRequest } from '../../lib/pages.js';
import { findMessage, listMessages, type MessageFilter, type MessageView } from './message.repository.js';

/** The tenant's messages, in and out. Another tenant's message is `message_not_found`. */
export class MessageService {
  constructor(private readonly deps: { database: Database }) {}

  /** Newest first. */
  list(tenantId: string, filter: MessageFilter, page: PageRequest): Promise<Page<MessageView>> {
    return listMessages(this.deps.database.manager, tenantId, filter, page);
  }

  async get(tenantId: string, id: string): Promise<MessageView> {
    const message = await findMessage(this.deps.database.manager, tenantId, id);
    if (!message) throw notFound('message', id);
    return message;
  }
}
