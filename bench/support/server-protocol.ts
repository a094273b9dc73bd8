/** How the measured server differs from the one of production. */
export interface ServerSettings {
  /** Delivery receipts for every message; the network is silent otherwise. */
  receipts?: boolean;
  /** Human typing. Without it nothing is simulated before a message. */
  typing?: boolean;
  ledgerCapacity?: number;
}

export interface Question {
  id: number;
  /**
   * `collect`: collect garbage before answering, where the process was started with --expose-gc.
   * `nextArrival`: answer when the network takes the next message, `at` being that moment.
   * `blocks`: `worstBlockMs` since this was last asked for.
   * `hear`: answer when phones have written what `hear` says.
   */
  kind: 'look' | 'collect' | 'nextArrival' | 'blocks' | 'hear';
  hear?: Hearing;
}

/** So many messages of so many people, in turn, to the senders, in turn; all at once where no rate is given (0). */
export interface Hearing {
  messages: number;
  people: number;
  perSecond: number;
}

export interface Answer {
  id: number;
  memory: NodeJS.MemoryUsage;
  /** Messages the network has taken since the start. */
  arrived: number;
  /** SQL statements since the start. */
  statements: number;
  at: number;
  /** The longest time the event loop was not free; measured from the first question of kind `blocks` on. */
  worstBlockMs: number;
}
