import type { Database } from '../../db/index.js';
import { notFound } from '../../lib/errors.js';
import type { Page, PageRequest } from '../../lib/pages.js';
import { Send } from '../delivery/index.js';
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

  /** What was accepted with one request: a message, a bulk, or a test of a campaign. */
  async getSend(tenantId: string, id: string): Promise<Send> {
    const send = await this.deps.database.manager.findOneBy(Send, { tenantId, id });
    if (!send) throw notFound('send', id);
    return send;
  }
}
