import { IsIn, IsInt, IsISO8601, IsOptional, IsString, IsUUID } from 'class-validator';
import type { MediaKind } from '../../lib/media-types.js';

const mediaKinds: readonly MediaKind[] = ['image', 'video', 'audio', 'document'];

/** The form fields beside the file. */
export class UploadMediaDto {
  /** What it will be sent as, which decides how large it may be; told by the content unless given. */
  @IsOptional()
  @IsIn(mediaKinds)
  kind?: MediaKind;
}

export class MediaResponse {
  @IsUUID()
  id!: string;

  /** Told by the content. */
  @IsString()
  mimeType!: string;

  /** The types of parts it suits best; everything can be sent as a document. */
  @IsIn(mediaKinds)
  kind!: MediaKind;

  @IsInt()
  sizeBytes!: number;

  @IsString()
  fileName!: string;

  /** Hexadecimal; the same content is stored once, whatever its names. */
  @IsString()
  sha256!: string;

  /** Where it was fetched from. */
  @IsOptional()
  @IsString()
  sourceUrl!: string | null;

  /** Where it can be downloaded. */
  @IsString()
  contentUrl!: string;

  @IsISO8601()
  createdAt!: string;
}
