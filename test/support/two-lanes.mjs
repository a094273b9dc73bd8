import path from 'node:path';
import TestRunner from 'jest-runner';

const folder = path.resolve(import.meta.dirname, '..');

/** Suites of these folders start programs and break what they run on: most of their time they wait. */
const WAITING = ['e2e', 'faults'].map((name) => path.join(folder, name) + path.sep);

/**
 * Jest's own runner, twice: suites that mostly wait run beside those that compute, each kind with half of the workers. No
 * more of them than Jest would start: the servers of a waiting suite need a processor to answer within its limits. A run of
 * one kind alone has all workers.
 */
export default class TwoLanes extends TestRunner {
  #waiting;
  #computing;

  constructor(globalConfig, context) {
    super(globalConfig, context);
    const { maxWorkers } = globalConfig;
    const waiting = Math.ceil(maxWorkers / 2);
    this.#waiting = new TestRunner({ ...globalConfig, maxWorkers: waiting }, context);
    this.#computing = new TestRunner(
      { ...globalConfig, maxWorkers: Math.max(1, maxWorkers - waiting) },
      context,
    );
  }

  async runTests(tests, watcher, options) {
    const waits = ({ path: file }) => WAITING.some((prefix) => file.startsWith(prefix));
    const [waiting, computing] = [tests.filter(waits), tests.filter((test) => !waits(test))];
    if (options.serial || waiting.length === 0 || computing.length === 0) {
      return super.runTests(tests, watcher, options);
    }
    await Promise.all([
      this.#waiting.runTests(waiting, watcher, options),
      this.#computing.runTests(computing, watcher, options),
    ]);
  }

  on(eventName, listener) {
    const stops = [
      super.on(eventName, listener),
      ...[this.#waiting, this.#computing].map((lane) => lane.on(eventName, listener)),
    ];
    return () => stops.forEach((stop) => stop());
  }
}
