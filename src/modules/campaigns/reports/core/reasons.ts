/**
 * Codes in words a user understands, as the end of a sentence: "Failed: ...". Without a final stop. Codes of a newer
 * transport that are not listed are shown as they are.
 */
const reasons: Readonly<Record<string, string>> = {
  not_on_whatsapp: 'the number has no WhatsApp account',
  invalid_number: 'WhatsApp does not take it for a phone number',
  blocked_by_recipient: 'the recipient has blocked the sender',
  content_rejected: 'WhatsApp refused the content',
  media_unavailable: 'the file could not be read',
  template_missing_variable: 'the text needs a value this recipient does not have',
  template_empty: 'the text comes out empty for this recipient',
  template_failed: 'the text could not be made for this recipient',
  gave_up: "a limit on the recipient's side held through all attempts",
  internal_error: 'an error inside Starling kept it from being sent; the log has the error',
  undeliverable: 'WhatsApp reported that it could not be delivered',
  network_error: 'WhatsApp reported an error after it had taken the message',
  opted_out: 'the contact had opted out',
  suppressed: 'the number is on the suppression list',
  no_reachable_identity: 'no sender could write to the person by anything that is known of them',
  campaign_stopped: 'the campaign was stopped first',
  contact_deleted: 'the contact was deleted first',
  duplicate: 'the contact is in the audience already',
  frequency_cap: 'the contact has had as many messages as the frequency limit allows',
  outside_window_expired: 'its sending hours did not come before the campaign expired',
  cancelled: 'it was cancelled',
  excluded: 'the contact is excluded from this campaign',
  excluded_number: 'the campaign excludes this number',
  excluded_list: 'the contact is on a list the campaign excludes',
  excluded_segment: 'the contact belongs to a segment the campaign excludes',
  excluded_campaign: 'a campaign that this one excludes has reached the contact, or may still do so',
  timeout: 'no answer came in time',
  connection_lost: 'the connection broke off during the hand-over',
  worker_lost: 'the process that sent it ended during the hand-over',
  sender_deleted: 'the one sender that was to send it was deleted',
  sender_lost: 'the one sender that could repeat it safely is gone',
  rate_limited: 'WhatsApp asked the sender to slow down',
  restricted: 'the sender may only answer, not open conversations, for now',
  pair_limited: 'WhatsApp allows this contact no more messages for the moment',
  unavailable: 'WhatsApp was not available',
  disconnected: "the sender's connection was lost",
  logged_out: 'the sender was logged out',
  banned: 'the sender was banned',
};

export function reasonOf(code: string): string {
  return reasons[code] ?? code.replaceAll('_', ' ');
}

/** "The number has no WhatsApp account." */
export function reasonSentence(code: string): string {
  const reason = reasonOf(code);
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
