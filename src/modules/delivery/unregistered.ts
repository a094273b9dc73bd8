/**
 * For the number check `n` of a recipient `r` of campaign `k`: it was found to have no WhatsApp account, lately enough
 * to be believed (as long as the contacts module believes it: 30 days), and the campaign skips those. A recipient that
 * has received a part is on WhatsApp, whatever the check said; a retry was asked for explicitly.
 */
export const NOT_ON_WHATSAPP = `(k.kind = 'campaign' AND k.skip_unregistered AND r.next_part = 0 AND r.retried_epoch = 0
  AND NOT n.on_whatsapp AND n.checked_at > now() - interval '30 days')`;
