import type { Tx } from '../../../db/index.js';

/** A contact as other modules know it. */
export interface Person {
  id: string;
  /** What the contact goes by: E.164, as it is shown, or another identity as core/identity.ts writes it. */
  address: string;
  /** The one form of it, by which everything of the person is found. */
  line: string;
}

/** Everything a person is found by: the contact, and each line it has, or had and no other contact has now. */
export interface WholePerson {
  id: string;
  lines: readonly string[];
}

/**
 * What one module keeps of a person beside the contact. The contacts module cannot know their tables; they implement
 * this, and the composition root hands them over. All of it happens inside the caller's transaction.
 */
export interface PersonRecords {
  /** Under which name `collect` appears in the export of a person. */
  readonly name: string;
  /** Locks what is under way of these contacts, before they are locked against being referred to. */
  lock?(tx: Tx, tenantId: string, contactIds: readonly string[]): Promise<void>;
  /** Everything of one contact belongs to another from now on. */
  move(tx: Tx, tenantId: string, from: Person, to: Person): Promise<void>;
  /**
   * What waits to be sent to a line that is no longer this contact's goes to this address of theirs. There in modules that
   * keep addresses.
   */
  readdress?(
    tx: Tx,
    tenantId: string,
    contactId: string,
    change: { line: string; address: string },
  ): Promise<void>;
  /** Everything about the person, as JSON. */
  collect(tx: Tx, tenantId: string, person: WholePerson): Promise<unknown>;
  /** Removes personal data; counters stay. May refuse while a message is being handed over. */
  erase(tx: Tx, tenantId: string, person: WholePerson): Promise<void>;
}
