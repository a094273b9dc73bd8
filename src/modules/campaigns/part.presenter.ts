import type { CampaignPartResponse } from './campaign-part.dto.js';
import type { CampaignPart } from './campaign.entity.js';

/** A part as a request would write it again. */
export function presentPart(part: CampaignPart): CampaignPartResponse {
  if (!('fileName' in part)) return part;
  const { fileName, ...rest } = part;
  return { ...rest, ...(fileName === undefined ? {} : { filename: fileName }) };
}
