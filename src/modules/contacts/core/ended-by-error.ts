/** What an import, a bulk edit or a check says whose job has failed for the last time: the reason is ours. */
export const ENDED_BY_ERROR =
  'An error inside Starling stopped it on every attempt; the log has the error. What is done stays done.';
