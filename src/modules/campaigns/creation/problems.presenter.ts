import type { Page } from '../../../lib/pages.js';
import { shownIdentity } from '../../contacts/index.js';
import type { RecipientProblemsResponse } from './campaign-problem.dto.js';
import type { RecipientProblems } from './problems.service.js';

export function presentProblems(page: Page<RecipientProblems>): Page<RecipientProblemsResponse> {
  return { ...page, items: page.items.map(presentRecipientProblems) };
}

function presentRecipientProblems(found: RecipientProblems): RecipientProblemsResponse {
  const { id, contactId, phone, name } = found.recipient;
  return {
    id,
    contactId,
    ...shownIdentity(phone),
    name,
    ...(found.variant === undefined ? {} : { variant: found.variant }),
    problems: found.problems,
  };
}
