import { mediaKindOf } from '../../lib/media-types.js';
import type { Page } from '../../lib/pages.js';
import type { MediaResponse } from './media.dto.js';
import type { Media } from './media.entity.js';

export function presentMedia(media: Media): MediaResponse {
  return {
    id: media.id,
    mimeType: media.mimeType,
    kind: mediaKindOf(media.mimeType),
    sizeBytes: media.sizeBytes,
    fileName: media.fileName,
    sha256: media.sha256,
    sourceUrl: media.sourceUrl,
    contentUrl: `/api/media/${media.id}/content`,
    createdAt: media.createdAt.toISOString(),
  };
}

export function presentMediaPage(page: Page<Media>): Page<MediaResponse> {
  return { ...page, items: page.items.map(presentMedia) };
}
