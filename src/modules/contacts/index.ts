export { ContactDto, ContactsQuery, CreateContactDto, UpdateContactDto } from './contact.dto.js';
export { presentContact, presentContacts, toContactFilter } from './contact.presenter.js';
export {
  ContactService,
  type ContactChanges,
  type NewContact,
  type OptOutSource,
} from './contact.service.js';
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
