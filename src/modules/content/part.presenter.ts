import type { CampaignPartResponse } from './part.dto.js';
import type { CampaignPart } from './core/part.js';

/** A part as a request would write it again. */
export function presentPart(part: CampaignPart): CampaignPartResponse {
  if (!('fileName' in part)) return part;
  const { fileName, ...rest } = part;
  return { ...rest, ...(fileName === undefined ? {} : { filename: fileName }) };
}
