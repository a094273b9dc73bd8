import type { Tx } from '../../../db/index.js';
import { DomainError } from '../../../lib/errors.js';
import { audienceCoverage, knownAttributes } from './coverage.repository.js';
import type { CampaignWarning } from '../core/warning.js';
import type { NeededVariable } from '../../content/index.js';

/** Names of attributes in an error. */
const SHOWN = 50;

/**
 * Checks the templates against the audience. A variable without a value for any recipient is refused as a mistake; one
 * that only some lack gives a warning: their text fails at send time, instead of saying "Hi ,".
 */
export async function checkCoverage(
  tx: Tx,
  campaignId: string,
  needed: NeededVariable[],
): Promise<{ total: number; warnings: CampaignWarning[] }> {
  const { total, variables } = await audienceCoverage(tx, campaignId, needed);
  if (total === 0) {
    throw new DomainError('not_possible', 'empty_audience', 'The audience is empty.', {
      errors: [{ path: 'contacts', message: 'give contacts, or listIds of lists that have members' }],
    });
  }
  const unknown = needed.filter((_, index) => !variables[index]?.found);
  if (unknown.length > 0) throw unknownVariables(unknown, await knownAttributes(tx, campaignId));
  const warnings = needed
    .map((variable, index) => warningAbout(variable, variables[index]?.lacking ?? 0, total))
    .filter((warning) => warning.count > 0);
  return { total, warnings };
}

function unknownVariables(unknown: NeededVariable[], attributes: string[]): DomainError {
  const hasNumbers = unknown.every(({ attribute }) => attribute[0] !== 'phoneNumber');
  const own = hasNumbers ? ['name', 'phoneNumber'] : ['name'];
  const all = [...new Set([...own, ...attributes])].map((name) => `contact.${name}`);
  const more = all.length > SHOWN ? ` and ${all.length - SHOWN} more` : '';
  const known = `${all.slice(0, SHOWN).join(', ')}${more}`;
  const errors = unknown.map(({ name, path }) => ({
    path,
    message: `no recipient has a value for {{ ${name} }}; known are ${known}. Correct it or give a default: {{ ${name} | default: "..." }}`,
  }));
  const names = unknown.map(({ name }) => name).join(', ');
  return new DomainError(
    'not_possible',
    'unknown_variable',
    `No recipient has a value for: ${names}. Known are ${known}.`,
    { errors },
  );
}

function warningAbout({ name }: NeededVariable, count: number, total: number): CampaignWarning {
  const message =
    `${count} of ${total} recipients have no value for {{ ${name} }}; ` +
    `those whose text needs it fail and get nothing. A default avoids that: {{ ${name} | default: "..." }}`;
  return { code: 'missing_variable', variable: name, count, message };
}
