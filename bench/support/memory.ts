import { residentBytes } from './process-usage.js';

const EVERY_MS = 50;

/** Watches the resident memory of a process; `stop` returns its peak in bytes. */
export function watchMemory(pid: number): { stop(): number } {
  let peak = residentBytes(pid);
  const look = (): void => {
    peak = Math.max(peak, residentBytes(pid));
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}
