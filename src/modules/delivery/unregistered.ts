/**
 * For the number check `n` of a delivery `r`: it found no WhatsApp account, lately enough to be believed (as long as the
 * contacts module believes it: 30 days). Who has received a part is on WhatsApp, whatever the check said; a retry was
 * asked for explicitly.
 */
export const NOT_ON_WHATSAPP = `(r.next_part = 0 AND r.retried_epoch = 0
  AND NOT n.on_whatsapp AND n.checked_at > now() - interval '30 days')`;
