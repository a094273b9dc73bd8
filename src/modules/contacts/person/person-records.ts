import type { Tx } from '../../../db/index.js';

/** A contact as other modules know it. */
export interface Person {
  id: string;
  /** E.164, as it is shown. */
  phone: string;
  /** The one form of its line, by which everything of the person is found. */
  line: string;
}

/**
 * What one module keeps of a person beside the contact. The contacts module cannot know their tables; they implement
 * this, and the composition root hands them over. All of it happens inside the caller's transaction.
 */
export interface PersonRecords {
  /** Under which name `collect` appears in the export of a person. */
  readonly name: string;
  /** Everything of one contact belongs to another from now on. */
  move(tx: Tx, tenantId: string, from: Person, to: Person): Promise<void>;
  /** Everything about the person, as JSON. */
  collect(tx: Tx, tenantId: string, person: Person): Promise<unknown>;
  /** Removes personal data; counters stay. May refuse while a message is being handed over. */
  erase(tx: Tx, tenantId: string, person: Person): Promise<void>;
}
