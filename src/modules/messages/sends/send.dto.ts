import { IsIn, IsInt, IsISO8601, IsOptional, IsUUID } from 'class-validator';
import { sendKinds, type SendKind } from '../../delivery/index.js';

/**
 * How far a request is. Each recipient is counted once, as far as it got, in the words of a campaign's statistics. Counts
 * follow within seconds.
 */
export class SendResponse {
  /** As send, send-bulk or the test of a campaign returned it. */
  @IsUUID()
  id!: string;

  /** `direct` was sent with /api/message/send or send-bulk, `test` as a test of a campaign. */
  @IsIn(sendKinds)
  kind!: SendKind;

  @IsISO8601()
  createdAt!: string;

  /** Messages of the request; of a test phones, each of which gets all parts. */
  @IsInt()
  total!: number;

  /** Not ended yet: waiting for their time or a sender, or being sent. */
  @IsInt()
  open!: number;

  @IsInt()
  sent!: number;

  @IsInt()
  delivered!: number;

  @IsInt()
  read!: number;

  @IsInt()
  failed!: number;

  /** Not sent: cancelled, opted out, suppressed and so on. */
  @IsInt()
  skipped!: number;

  @IsInt()
  unknown!: number;

  /** When the last one ended; null as long as any is open. */
  @IsOptional()
  @IsISO8601()
  completedAt!: string | null;
}
