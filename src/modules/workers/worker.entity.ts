import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process that hosts sessions and consumes queues. Workers serve all tenants, so this table alone has none. */
@Entity('workers')
export class WorkerProcess {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  hostname!: string;

  @Column('integer')
  pid!: number;

  @Column('timestamptz', { name: 'started_at', default: () => 'now()' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'heartbeat_at', default: () => 'now()' })
  heartbeatAt!: Date;
}
