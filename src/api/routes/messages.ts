import {
  ListMessagesQuery,
  MessageResponse,
  presentMessage,
  presentMessages,
  type MessageService,
} from '../../modules/messages/index.js';
import { defineRoute, ok, type Route } from '../route.js';

export function messagesRoutes({ messages }: { messages: MessageService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/messages',
      tag: 'messages',
      summary: 'Messages sent and received, newest first',
      access: 'messages:read',
      query: ListMessagesQuery,
      response: { status: 200, description: 'A page of messages', data: [MessageResponse] },
      async handler({ principal, query }) {
        return ok(presentMessages(await messages.list(principal.tenantId, query, query)));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/messages/:id',
      tag: 'messages',
      summary: 'One message with its delivery state',
      access: 'messages:read',
      response: { status: 200, description: 'The message', data: MessageResponse },
      async handler({ principal, params }) {
        return ok(presentMessage(await messages.get(principal.tenantId, params['id'] ?? '')));
      },
    }),
  ];
}
