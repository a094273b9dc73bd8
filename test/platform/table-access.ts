/**
 * Who reads and writes the tables of others. A table belongs to the module with its entity: only that module writes it.
 * What stands here is excepted, each with its reason; table-access.test.ts fails on what is missing, and on an entry
 * that is no longer needed.
 *
 * Locking rows (`SELECT ... FOR UPDATE`) counts as reading, `LOCK TABLE` as writing.
 */

/** Tables without an entity: who they belong to. */
export const tablesWithoutEntity = new Map([
  ['migrations', 'db'],
  // Of TypeORM itself, for generated columns.
  ['typeorm_metadata', 'db'],
  // Events for which there is no partition of their own.
  ['events_rest', 'events'],
]);

/** Writes to a table of another module, each by the file with the statement. This list only becomes shorter. */
export const foreignWrites: { file: string; table: string; reason: string }[] = [
  {
    file: 'src/modules/campaigns/audience/audience.repository.ts',
    table: 'deliveries',
    reason: 'recipients are made from contacts within one statement, up to millions of rows',
  },
];

/** Tables of other modules that the SQL of a module reads: reading module -> table -> why it does not ask the owner. */
export const foreignReads: Record<string, Record<string, string>> = {
  campaigns: {
    deliveries:
      'the recipients of a campaign: its audience, progress, forecast and reports, up to millions of rows',
    contact_list_members: 'an audience is made of lists, and lists are excluded, within one statement',
    contact_lists: 'the lists an audience names are locked until the campaign with them is stored',
    contact_identities: 'recipients named by another number of theirs are found within one statement',
    contacts: 'recipients are made from contacts within one statement; a dry run asks who opted out',
    import_phones: 'an audience is made of the contacts of an import within one statement',
    imports: 'an audience waits for the end of an import',
    messages: 'reports show the parts of every recipient; a retry begins with the part that failed',
    number_checks: 'a dry run counts whom the network does not know, by the same rule as the engine',
    segments: 'a campaign that a segment names cannot be removed, nor its recipients',
    senders: 'reports name the sender of every recipient; a campaign yields to others with the same senders',
    sender_tags: 'a campaign yields to others whose pools have the same senders, by their tags',
    suppressions:
      'a dry run and the trace of a recipient ask who is suppressed, by the same rule as the engine',
    tenant_settings: 'the policies of a batch of campaigns are loaded with the settings of their tenants',
  },
  contacts: {
    campaigns: 'an import that a recurring campaign asks about is not forgotten',
    senders: 'a check of numbers waits for a connected sender that can check',
    tenant_settings: 'how many numbers a tenant may check a day is counted and compared in one statement',
  },
  delivery: {
    campaigns:
      'what crashed workers left behind is looked for in campaigns that are not over, in one statement',
    contact_identities:
      'the claim asks, by all that the person is known by, whose STOP is stored; a delivery to a person without a number loads it',
    contact_senders: 'a batch of claims loads the last sender of every contact with it',
    contacts: 'the claim asks once more, in its own statement, who opted out',
    conversations: 'a batch of claims loads with its answers when their recipients last wrote',
    inbound_events: 'the claim asks, in its own statement, whose STOP is stored and not worked off yet',
    number_checks: 'a batch of claims loads whom the network does not know with it',
    senders: 'a batch of claims loads the sender each recipient is bound to; a repair asks for its transport',
    suppressions: 'the claim asks once more, in its own statement, who is suppressed',
    tenant_settings:
      'the policies of a batch of sends are loaded with the settings of their tenants; what waits for hours is compared with their last change',
    tenants: 'the mark of retention is made for a tenant that is still there, in one statement',
    workers: 'a message whose worker is gone is repaired: its heartbeat is compared in one statement',
  },
  inbound: {
    contacts: 'who wrote is found by the number',
    senders: 'a conversation is noted for a sender that is still there, in one statement',
    tenants: 'what the journal tells again is of tenants that a restored database has',
  },
  media: {
    campaigns: 'a file that a campaign still sends cannot be removed',
    deliveries: 'nor one of a message that waits without a campaign',
    messages: 'nor one of a message that waits without a campaign',
  },
  messages: {
    sends: 'a request is shown as deliveries store it',
    deliveries: 'a message is listed with the number and the campaign of its recipient',
    contacts: 'a message is listed with the number of its contact',
    contact_identities: 'an answer goes to whoever wrote, by any of their numbers',
    messages: 'messages are shown as deliveries store them: this module reads, that one writes',
  },
  segments: {
    deliveries:
      'a segment may ask who got a campaign and how far; the filter is one condition of a statement',
    campaigns: 'the campaigns a segment names are locked until the segment is stored',
    contact_identities:
      'a segment may ask what people are known by; the filter is one condition of a statement',
    contact_consents: 'a segment may ask for consent; the filter is one condition of a statement',
    contact_list_members: 'a segment may ask who is on a list; the filter is one condition of a statement',
    contact_lists: 'the lists a segment names are locked until the segment is stored',
    contacts: 'a segment is a condition on contacts',
  },
  sessions: {
    senders: 'sessions to host are claimed with the transport and the state of their sender in one statement',
  },
  templates: {
    contact_list_members: 'a preview is written for the first members of a list',
    contact_lists: 'a preview of a list that is not there is refused',
    contacts: 'a preview is written for real contacts',
  },
};

/** Triggers on a table that write one of another module. */
export const triggerWrites: { on: string; table: string; reason: string }[] = [
  {
    on: 'sessions',
    table: 'sender_slots',
    reason: 'the slot of a sender says who hosts it, whoever changes that (decision 0022)',
  },
  {
    on: 'deliveries',
    table: 'campaign_counts',
    reason:
      'the ledger of a campaign counts every change of its recipients, from whatever module it comes (decision 0002)',
  },
  {
    on: 'messages',
    table: 'campaign_message_counts',
    reason:
      'the ledger of a campaign counts every change of its messages, from whatever module it comes (decision 0002)',
  },
];
