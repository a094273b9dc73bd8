// Contacts: create, change, filter, opt out.
export {
  ContactService,
  type ContactChanges,
  type NewContact,
  type OptOutSource,
} from './contact.service.js';
export { ContactDto, ContactsQuery, CreateContactDto, UpdateContactDto } from './contact.dto.js';
export { presentContact, presentContacts, toContactFilter } from './contact.presenter.js';
export type { ContactFilter } from './core/filter.js';
export { parseContacts, type InlineContact } from './core/inline-contacts.js';

// What a send has to know of a number: contact, opt-out, suppression, last sender.
export { knownNumbers, type KnownNumber } from './known-numbers.repository.js';
export { unaddressedReason, unreachableReason } from './reachable.js';
export { MAX_ADDRESS_LENGTH, readAddress } from './core/person-input.js';
export { saveLastSenders } from './last-sender.repository.js';

// Lists.
export { ListService } from './list.service.js';
export {
  AddListMembersDto,
  ContactListDto,
  ListMemberRemovedDto,
  ListMembersAddedDto,
  SaveContactListDto,
} from './list.dto.js';
export { presentList, presentLists } from './list.presenter.js';

// Suppression and consent.
export { SuppressionService } from './suppression.service.js';
export { holdsBack, TOPIC, TOPIC_MESSAGE } from './core/suppression-scope.js';
export { AddSuppressionsDto, SuppressionDto, SuppressionsQuery } from './suppression.dto.js';
export { presentSuppression, presentSuppressions } from './suppression.presenter.js';
export { ConsentService } from './consent/consent.service.js';
export { AddConsentDto, ConsentDto } from './consent/consent.dto.js';
export { presentConsent, presentConsents } from './consent/consent.presenter.js';

// Import and export.
export { ImportRetention, type ImportRetentionDeps } from './import/import-retention.js';
export { ImportService, type ImportServiceDeps, type NewImport } from './import/import.service.js';
export type { ImportLimits } from './import/limits.js';
export { ImportAcceptedDto, ImportContactsDto, ImportDto } from './import/import.dto.js';
export { presentImport, presentImports, toNewImport } from './import/import.presenter.js';
export { AttributeNames } from './attribute-names.js';
export { ContactExportService } from './export/export.service.js';
export { ExportContactsQuery } from './export/export.dto.js';

// Bulk edits.
export { BulkEditService, type BulkEditDeps, type BulkEditInput } from './bulk/bulk.service.js';
export { BulkEditContactsDto, BulkEditDto } from './bulk/bulk.dto.js';
export { presentBulkEdit } from './bulk/bulk.presenter.js';

// Persons: merge duplicates, erase, and the records that other modules keep of a person.
export { MergeService } from './merge/merge.service.js';
export { DuplicatesDto, MergeContactDto, presentDuplicates } from './merge/merge.dto.js';
export { ContactChangeDto, presentChanges } from './identities/contact-change.dto.js';
export { PersonService } from './person/person.service.js';
export { ContactErasedDto, EraseContactDto } from './person/person.dto.js';

/**
 * Who somebody on WhatsApp is: `contactOfPeer` finds or makes the contact of whoever wrote, locked; `linkPeers` is for the
 * event `identity` (the same person: contacts are merged), `changeIdentity` for `identity_changed` (the old one is retired).
 */
export { IdentityService, type FoundContact, type IdentityTerms } from './identities/identity.service.js';
export { ownerOf } from './identities/identity.repository.js';
export { peerOf, valueOf } from './core/identity.js';
export { scopedIdCell, shownIdentity } from './core/person-input.js';
export { OtherIdentityDto, ShownIdentityDto } from './identities/identity.dto.js';
export type { Person, PersonRecords, WholePerson } from './person/person-records.js';

// Number checks: whether numbers are on WhatsApp.
export { NumberCheckService } from './checks/number-check.service.js';
export { NumberCheckRunner, type CheckingSessions } from './checks/number-check.runner.js';
export { CheckNumbersDto, NumberCheckDto, NumberCheckResultDto } from './checks/number-check.dto.js';
export { presentNumberCheck, presentNumberCheckResults } from './checks/number-check.presenter.js';
export { noteRegistered, noteUnregistered } from './checks/found-numbers.repository.js';

// How far the jobs are.
export { importProgress } from './import/import.repository.js';
export { bulkEditProgress } from './bulk/bulk.repository.js';
export { numberCheckProgress } from './checks/number-check.repository.js';
