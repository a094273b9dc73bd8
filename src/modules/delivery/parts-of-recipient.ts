/** The parts of recipient `r` in campaign `k`: those of its variant, where the campaign has variants. */
export const PARTS_OF_RECIPIENT = `coalesce(k.variants -> r.variant::int -> 'parts', k.parts)`;
