/** An event that waits: whom it is about, and which contacts those are now. */
export interface WaitingEvent {
  tenantId: string;
  lines: string[];
  /** Of each line whose it is; null where that is nobody yet. */
  contactIds: (string | null)[];
}

/**
 * The events of each person, in the given order. A person is whoever shares an identity or a contact, also through a third
 * event: of a message by LID, the news that this LID has a number, and a message by that number, none may overtake another.
 */
export function byPerson<Event extends WaitingEvent>(events: readonly Event[]): Event[][] {
  const parents = events.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) root = parents[root] ?? root;
    for (let at = index; at !== root;) {
      const next = parents[at] ?? root;
      parents[at] = root;
      at = next;
    }
    return root;
  };
  const seen = new Map<string, number>();
  events.forEach(({ tenantId, lines, contactIds }, index) => {
    for (const key of [...lines.map((line) => `${tenantId} ${line}`), ...known(contactIds)]) {
      const earlier = seen.get(key);
      if (earlier === undefined) seen.set(key, index);
      else joinRoots(parents, rootOf(earlier), rootOf(index));
    }
  });
  const people = new Map<number, Event[]>();
  events.forEach((event, index) => {
    const root = rootOf(index);
    const own = people.get(root);
    if (own) own.push(event);
    else people.set(root, [event]);
  });
  return [...people.values()];
}

function known(contactIds: readonly (string | null)[]): string[] {
  return contactIds.filter((id) => id !== null);
}

/** The earlier one stays the root. */
function joinRoots(parents: number[], one: number, other: number): void {
  parents[Math.max(one, other)] = Math.min(one, other);
}
