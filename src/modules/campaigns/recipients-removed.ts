import { DomainError } from '../../lib/errors.js';
import type { Campaign } from './campaign.entity.js';

/** Throws `not_possible` (`recipients_removed`) for a campaign whose recipients are gone; `advice` says what to do instead. */
export function refuseRemoved(
  { recipientsRemovedAt }: Pick<Campaign, 'recipientsRemovedAt'>,
  advice: string,
) {
  if (recipientsRemovedAt) {
    const message = `${removedSince(recipientsRemovedAt)}: ${advice}.`;
    throw new DomainError('not_possible', 'recipients_removed', message);
  }
}

export function removedSince(at: Date): string {
  return `The recipients of the campaign were removed at ${at.toISOString()} (retention.deliveryDays of the settings)`;
}
