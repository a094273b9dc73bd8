import type { Tx } from '../../db/index.js';
import {
  ListMessagesQuery,
  MessageResponse,
  presentMessage,
  presentMessages,
  presentSend,
  SendResponse,
  type MessageService,
  AcceptedBulkResponse,
  AcceptedMessageResponse,
  presentAccepted,
  presentAcceptedBulk,
  SendBulkDto,
  SendMessageDto,
  type AcceptedBulk,
  type AcceptedMessage,
  type DirectMessages,
} from '../../modules/messages/index.js';
import { accepted, defineRoute, idOf, ok, withAlias, type Route } from '../route.js';

interface MessageDeps {
  messages: MessageService;
  direct: DirectMessages;
}

const tag = 'messages';

/** Messages of every kind to look at, and direct ones to send. */
export function messagesRoutes(deps: MessageDeps): Route[] {
  return [...readingRoutes(deps), ...sendingRoutes(deps)];
}

function readingRoutes({ messages }: MessageDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/messages',
      tag,
      summary: 'Messages sent and received, newest first',
      access: 'messages:read',
      work: 'heavyRead',
      query: ListMessagesQuery,
      response: { status: 200, description: 'A page of messages', data: [MessageResponse] },
      async handler({ principal, query }) {
        return ok(presentMessages(await messages.list(principal.tenantId, query, query)));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/messages/:id',
      tag,
      summary: 'One message with its delivery state',
      access: 'messages:read',
      work: 'short',
      response: { status: 200, description: 'The message', data: MessageResponse },
      async handler({ principal, params }) {
        return ok(presentMessage(await messages.get(principal.tenantId, idOf(params))));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/sends/:id',
      tag,
      summary: 'How far a message, a bulk or a test of a campaign is',
      access: 'messages:read',
      work: 'short',
      response: { status: 200, description: 'Its counts', data: SendResponse },
      async handler({ principal, params }) {
        return ok(presentSend(await messages.getSend(principal.tenantId, idOf(params))));
      },
    }),
  ];
}

function sendingRoutes({ messages, direct }: MessageDeps): Route[] {
  const send = defineRoute({
    method: 'post',
    path: '/api/message/send',
    tag,
    summary: 'Send one message, at once or at a time',
    access: 'messages:write',
    body: SendMessageDto,
    idempotent: true,
    response: { status: 202, description: 'It will be sent.', data: AcceptedMessageResponse },
    async handler({ principal, body, keepAnswer, signal }) {
      const answer = (message: AcceptedMessage) => accepted(presentAccepted(message));
      const keep = (tx: Tx, message: AcceptedMessage) => keepAnswer(tx, answer(message));
      return answer(await direct.send(principal.tenantId, body, { whenStored: keep, signal }));
    },
  });
  const sendBulk = defineRoute({
    method: 'post',
    path: '/api/message/send-bulk',
    tag,
    summary: 'Send up to 1,000 messages, all or none unless asked otherwise',
    access: 'messages:write',
    body: SendBulkDto,
    idempotent: true,
    response: { status: 202, description: 'They will be sent.', data: AcceptedBulkResponse },
    async handler({ principal, body, keepAnswer, signal }) {
      const answer = (bulk: AcceptedBulk) => accepted(presentAcceptedBulk(bulk));
      const keep = (tx: Tx, bulk: AcceptedBulk) => keepAnswer(tx, answer(bulk));
      return answer(await direct.sendBulk(principal.tenantId, body, { whenStored: keep, signal }));
    },
  });
  const cancel = defineRoute({
    method: 'post',
    path: '/api/messages/:id/cancel',
    tag,
    summary: 'Take a direct message back before it is handed over',
    access: 'messages:write',
    response: { status: 200, description: 'The message, which is skipped.', data: MessageResponse },
    async handler({ principal, params }) {
      const id = idOf(params);
      await direct.cancel(principal.tenantId, id);
      return ok(presentMessage(await messages.get(principal.tenantId, id)));
    },
  });
  return [...withAlias(send, '/message/send'), ...withAlias(sendBulk, '/message/send-bulk'), cancel];
}
