import path from 'node:path';
import TestRunner from 'jest-runner';

const folder = path.resolve(import.meta.dirname, '..');

/** Suites of these folders start programs and break what they run on: most of their time they wait. */
const WAITING = ['e2e', 'faults'].map((name) => path.join(folder, name) + path.sep);

/**
 * Jest's own runner, twice: suites that mostly wait run beside those that compute, each kind with half of the workers. No
 * more of them than Jest would start: the servers of a waiting suite need a processor to answer within its limits.
 */
export default class TwoLanes extends TestRunner {
  #waiting;

  constructor(globalConfig, context) {
    const waiting = Math.ceil(globalConfig.maxWorkers / 2);
    super({ ...globalConfig, maxWorkers: Math.max(1, globalConfig.maxWorkers - waiting) }, context);
    this.#waiting = new TestRunner({ ...globalConfig, maxWorkers: waiting }, context);
  }

  async runTests(tests, watcher, options) {
    if (options.serial) return super.runTests(tests, watcher, options);
    const waits = ({ path: file }) => WAITING.some((prefix) => file.startsWith(prefix));
    const [waiting, computing] = [tests.filter(waits), tests.filter((test) => !waits(test))];
    const lanes = [
      waiting.length > 0 && this.#waiting.runTests(waiting, watcher, options),
      computing.length > 0 && super.runTests(computing, watcher, options),
    ];
    await Promise.all(lanes);
  }

  on(eventName, listener) {
    const stops = [super.on(eventName, listener), this.#waiting.on(eventName, listener)];
    return () => stops.forEach((stop) => stop());
  }
}
