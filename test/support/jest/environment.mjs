import { ModuleMocker } from 'jest-mock';

/** What jest-circus keeps on the global object while it runs one suite: the names are those of its `types.ts`. */
const EVENT_HANDLERS = Symbol.for('EVENT_HANDLERS');
const TEST_TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');
const OWN_FRAMES = /\n[^\n]*support\/jest\/globals\.mjs[^\n]*/g;

/**
 * The process itself, where Jest's own environment is a `vm` context: there every suite would load and warm up all of the
 * server and its libraries again, which took more than half of the processor time of the suites. What a suite changes of
 * the process is put back after it.
 */
export default class ProcessEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  // Required by Jest, and used by no suite: time is passed in.
  fakeTimers = null;
  fakeTimersModern = null;
  #env = { ...process.env };
  #exit = Object.getOwnPropertyDescriptor(process, 'exit');

  constructor() {
    delete globalThis[EVENT_HANDLERS];
    delete globalThis[TEST_TIMEOUT];
    globalThis.jest = {
      setTimeout: (ms) => void (globalThis[TEST_TIMEOUT] = ms),
      spyOn: this.moduleMocker.spyOn.bind(this.moduleMocker),
    };
  }

  /** Jest's own loader of modules would ask for it; it loads nothing here. */
  getVmContext() {
    return null;
  }

  async setup() {}

  /** What `globals.mjs` adds to the stack of a test is not where it stands. */
  handleTestEvent({ name, test }) {
    if (name !== 'test_done') return;
    for (const error of test.errors.flat()) {
      if (error?.stack) error.stack = error.stack.replaceAll(OWN_FRAMES, '');
    }
  }

  async teardown() {
    this.moduleMocker.restoreAllMocks();
    // Jest replaces it for each suite, to tell who called it.
    Object.defineProperty(process, 'exit', this.#exit);
    for (const name of Object.keys(process.env)) if (!(name in this.#env)) delete process.env[name];
    Object.assign(process.env, this.#env);
  }
}
