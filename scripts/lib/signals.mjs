/** Long enough for npm on a busy machine, too short for a person who means it. */
const COPY_WITHIN_MS = 250;

/**
 * Under `npm start`, Ctrl-C arrives twice: from the terminal, and from npm which passes it on. The program would take
 * the copy for an impatient second signal, so copies are dropped. To be called before the program listens.
 *
 * @param {import('node:events').EventEmitter} emitter
 */
export function dropSignalCopies(emitter = process, now = () => performance.now()) {
  const seen = new Map();
  const emit = emitter.emit.bind(emitter);
  emitter.emit = (event, ...args) => {
    if (event === 'SIGINT' || event === 'SIGTERM') {
      const last = seen.get(event) ?? -Infinity;
      seen.set(event, now());
      if (now() - last < COPY_WITHIN_MS) return true;
    }
    return emit(event, ...args);
  };
}
