/** Codes of failures that would only fail again: the number, the recipient or the text itself is the reason. */
export const PERMANENT_CODES: readonly string[] = [
  'not_on_whatsapp',
  'invalid_number',
  'blocked_by_recipient',
  'content_rejected',
  'template_missing_variable',
  'template_empty',
  'template_failed',
];
