import path from 'node:path';
import TestRunner from 'jest-runner';

const folder = path.resolve(import.meta.dirname, '..');

/** Suites that start programs, break what they run on, or let hours of a campaign pass: most of their time they wait. */
const WAITING = [
  'abuse/poison-jobs',
  'abuse/queries',
  'abuse/slow-clients',
  'e2e/',
  'faults/',
  'queue/outage',
  'delivery/last-failure',
  'delivery/sending-hours',
  'inbound/lines',
  'messages/direct/api',
].map((name) => path.join(folder, name));

/** Of three suites that compute, one follows the waiting ones: both lanes then end at about the same time. */
const FOLLOWERS = 3;

/**
 * Jest's own runner, twice. Suites that mostly wait have a lane with as many workers as Jest would start, because two of them
 * leave much of the processors free; those that compute take that rest with half as many. More made servers answer later
 * than the limits of the tests allow. A run of one kind alone has the usual workers.
 */
export default class TwoLanes extends TestRunner {
  #computing;

  constructor(globalConfig, context) {
    super(globalConfig, context);
    const maxWorkers = Math.ceil(globalConfig.maxWorkers / 2);
    this.#computing = new TestRunner({ ...globalConfig, maxWorkers }, context);
  }

  async runTests(tests, watcher, options) {
    const waits = ({ path: file }) => WAITING.some((prefix) => file.startsWith(prefix));
    const [waiting, computing] = [tests.filter(waits), tests.filter((test) => !waits(test))];
    if (options.serial || waiting.length === 0 || computing.length === 0) {
      return super.runTests(tests, watcher, options);
    }
    const follows = (_, index) => index % FOLLOWERS === FOLLOWERS - 1;
    const [followers, rest] = [computing.filter(follows), computing.filter((...args) => !follows(...args))];
    await Promise.all([
      super.runTests([...waiting, ...followers], watcher, options),
      this.#computing.runTests(rest, watcher, options),
    ]);
  }

  on(eventName, listener) {
    const stops = [super.on(eventName, listener), this.#computing.on(eventName, listener)];
    return () => stops.forEach((stop) => stop());
  }
}
