import { addMs } from '../../../lib/clock.js';

const HOUR_MS = 3_600_000;
const PARTITION_MS = 6 * HOUR_MS;
/** Events can be read for so long at least. */
export const KEPT_MS = 24 * HOUR_MS;
/** So far ahead there are partitions. When they are used up, events go into the one for the rest. */
const AHEAD_MS = 48 * HOUR_MS;

/** The events from `from` on and before `to`. */
export interface Partition {
  name: string;
  from: Date;
  to: Date;
}

/** The partitions of the time to come. The one under way is not among them: rows may be in the rest already. */
export function partitionsAhead(now: Date): Partition[] {
  const first = (Math.floor(now.getTime() / PARTITION_MS) + 1) * PARTITION_MS;
  return Array.from({ length: AHEAD_MS / PARTITION_MS }, (_, index) =>
    partitionAt(new Date(first + index * PARTITION_MS)),
  );
}

const NAME = /^events_(\d{4})(\d{2})(\d{2})_(\d{2})$/;

/** Of these names of tables, the partitions whose events have been kept for long enough. */
export function partitionsOver(names: readonly string[], now: Date): Partition[] {
  const partitions = names.flatMap((name) => {
    const [, year, month, day, hour] = NAME.exec(name) ?? [];
    return hour === undefined ? [] : [partitionAt(new Date(`${year}-${month}-${day}T${hour}:00:00Z`))];
  });
  return partitions.filter(({ to }) => addMs(to, KEPT_MS) <= now);
}

function partitionAt(from: Date): Partition {
  const [year, month, day, hour] = from.toISOString().split(/[-T:]/);
  return { name: `events_${year}${month}${day}_${hour}`, from, to: addMs(from, PARTITION_MS) };
}
