/** What tells one database from a copy of it. */
export interface DatabaseIdentity {
  /** Of the table `installation` itself: pg_restore makes tables anew. */
  tableOid: string;
  /** Of the cluster: made by initdb. As text, because it has 64 bits. */
  systemIdentifier: string;
  /** Rises with each recovery to a point in time, and when a standby is promoted. */
  timeline: number;
}

/** The row, as it was last written. */
export interface KnownInstallation extends DatabaseIdentity {
  id: string;
  /** Counts up once a minute, here and outside of the database. */
  mark: number;
}

/** What the journal outside of the database knows. */
export interface OutsideMark {
  installationId: string;
  mark: number;
}

export type RestoreSign = 'tables_made_anew' | 'another_cluster' | 'another_timeline' | 'set_back';

/**
 * Whether the database is a restored one, and how that shows; undefined while it is the one that was written to last. A
 * mark of another installation says nothing.
 */
export function signOfRestore(
  known: KnownInstallation,
  now: DatabaseIdentity,
  outside: OutsideMark | undefined,
): RestoreSign | undefined {
  if (known.tableOid !== now.tableOid) return 'tables_made_anew';
  if (known.systemIdentifier !== now.systemIdentifier) return 'another_cluster';
  if (known.timeline !== now.timeline) return 'another_timeline';
  if (outside?.installationId === known.id && outside.mark > known.mark) return 'set_back';
  return undefined;
}
