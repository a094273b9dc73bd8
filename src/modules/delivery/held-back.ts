import { holdsBack } from '../contacts/index.js';

/** SQL for whether suppression `x` holds back delivery `r`. */
export const HELD_BACK = holdsBack({
  line: 'r.line',
  purpose: 'r.purpose',
  topic: 'SELECT k.topic FROM campaigns k WHERE k.id = r.campaign_id',
});
