/**
 * How a sender misbehaves. `fail`: WhatsApp is not available to it (counts against the sender, the message goes back);
 * `time_out`: handed over, delivery status unknown; `restrict`: a time-lock on new conversations (WhatsApp's 463).
 */
export const faultKinds = [
  'fail',
  'rate_limit',
  'restrict',
  'time_out',
  'disconnect',
  'log_out',
  'ban',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  fault: FaultKind;
  /** How many messages arrive before it strikes; 0 when absent. */
  afterMessages?: number;
  /** How many sends it strikes. Absent: all of them for `fail`, `rate_limit` and `time_out`, otherwise one. */
  count?: number;
}

/** A fault of one sender, named by its id or its phone number. */
export interface SenderFault extends Fault {
  senderId?: string;
  senderNumber?: string;
}

const lasting: ReadonlySet<FaultKind> = new Set<FaultKind>(['fail', 'rate_limit', 'time_out']);

/** Counts down the faults of one sender, in the order they were given. */
export class FaultPlan {
  private readonly faults: { fault: FaultKind; messagesLeft: number; strikesLeft: number }[];

  constructor(faults: readonly Fault[]) {
    this.faults = faults.map(({ fault, afterMessages, count }) => ({
      fault,
      messagesLeft: afterMessages ?? 0,
      strikesLeft: count ?? (lasting.has(fault) ? Number.POSITIVE_INFINITY : 1),
    }));
  }

  /** The fault that strikes the next send, used up by one. */
  strike(): FaultKind | undefined {
    const due = this.faults.find((fault) => fault.messagesLeft === 0 && fault.strikesLeft > 0);
    if (due) due.strikesLeft -= 1;
    return due?.fault;
  }

  messageArrived(): void {
    for (const fault of this.faults) {
      if (fault.messagesLeft > 0) fault.messagesLeft -= 1;
    }
  }
}
