/** When messages may leave. Times are `HH:MM` on the wall clock of `timeZone`; 24:00 ends a day. */
export interface SendWindow {
  /** `tenant` and `recipient` name whose time zone counts; anything else is an IANA time zone. */
  timeZone: string;
  /** Monday is 1; a day that is not listed is closed. */
  days: { day: number; from: string; to: string }[];
}
