import { IsUUID } from 'class-validator';

/** The answer to a DELETE: what is gone. */
export class RemovedDto {
  @IsUUID()
  id!: string;
}
