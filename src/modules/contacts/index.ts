export { ContactDto, ContactsQuery, CreateContactDto, UpdateContactDto } from './contact.dto.js';
export { presentContact, presentContacts, toContactFilter } from './contact.presenter.js';
export {
  ContactService,
  type ContactChanges,
  type NewContact,
  type OptOutSource,
} from './contact.service.js';
export { ExportContactsQuery } from './export/export.dto.js';
export { ContactExportService } from './export/export.service.js';
export { ImportAcceptedDto, ImportContactsDto, ImportDto } from './import/import.dto.js';
export { presentImport, presentImports, toNewImport } from './import/import.presenter.js';
export { ImportService, type ImportServiceDeps, type NewImport } from './import/import.service.js';
export type { ImportLimits } from './import/limits.js';
export {
  AddListMembersDto,
  ContactListDto,
  ListMemberRemovedDto,
  ListMembersAddedDto,
  SaveContactListDto,
} from './list.dto.js';
export { presentList, presentLists } from './list.presenter.js';
export { ListService } from './list.service.js';
export { AddSuppressionsDto, SuppressionDto, SuppressionsQuery } from './suppression.dto.js';
export { presentSuppression, presentSuppressions } from './suppression.presenter.js';
export { SuppressionService } from './suppression.service.js';
export { BulkEditContactsDto, BulkEditDto } from './bulk/bulk.dto.js';
export { presentBulkEdit } from './bulk/bulk.presenter.js';
export { BulkEditService, type BulkEditDeps, type BulkEditInput } from './bulk/bulk.service.js';
export { AddConsentDto, ConsentDto } from './consent/consent.dto.js';
export { presentConsent, presentConsents } from './consent/consent.presenter.js';
export { ConsentService } from './consent/consent.service.js';
export type { ContactFilter } from './core/filter.js';
export { DuplicatesDto, MergeContactDto, presentDuplicates } from './merge/merge.dto.js';
export { MergeService } from './merge/merge.service.js';
export type { Person, PersonRecords } from './person/person-records.js';
export { ContactErasedDto, EraseContactDto } from './person/person.dto.js';
export { PersonService } from './person/person.service.js';
export { CheckNumbersDto, NumberCheckDto, NumberCheckResultDto } from './checks/number-check.dto.js';
export { presentNumberCheck, presentNumberCheckResults } from './checks/number-check.presenter.js';
export { NumberCheckRunner, type CheckingSessions } from './checks/number-check.runner.js';
export { NumberCheckService } from './checks/number-check.service.js';
export { saveLastSenders } from './last-sender.repository.js';
export { knownNumbers, type KnownNumber } from './known-numbers.repository.js';
export { unreachableReason } from './reachable.js';
export { parseContacts, type InlineContact } from './core/inline-contacts.js';
export { noteRegistered, noteUnregistered } from './checks/found-numbers.repository.js';
