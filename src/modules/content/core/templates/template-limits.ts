import { CaptureTag, type Context, type FilterImplOptions, type Liquid } from 'liquidjs';

/** Template nodes one text may run through: about 0.2 s of work. A long text has a few dozen. */
const MAX_STEPS = 20_000;

/** Counts steps where Liquid measures time, so that the same text ends the same way on every machine. */
export function limitSteps({ renderLimit }: Context): void {
  let steps = 0;
  renderLimit.check = () => {
    steps += 1;
    if (steps > MAX_STEPS) throw new Error(`the template takes more than ${MAX_STEPS} steps`);
  };
}

/** Liquid does not count what is captured: `capture` in a loop doubles a text until the memory is full. */
export class MeteredCapture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    yield super.render(context);
    context.memoryLimit.use(String(context.bottom()[this.variable] ?? '').length);
  }
}

/**
 * Counts the output of filters, because Liquid only counts their input (`url_encode` trebles a text); and each item
 * that `where_exp` and the like test as a step.
 */
export function meterFilters(engine: Liquid): void {
  for (const [name, filter] of Object.entries(engine.filters)) {
    engine.registerFilter(name, metered(filter, name.endsWith('_exp')));
  }
}

function metered(filter: FilterImplOptions, stepsPerItem: boolean): FilterImplOptions {
  const { handler, raw } = typeof filter === 'function' ? { handler: filter, raw: false } : filter;
  return {
    raw,
    handler(value: unknown, ...args: unknown[]): unknown {
      const items = stepsPerItem && Array.isArray(value) ? value.length : 0;
      for (let item = 0; item < items; item += 1) this.context.renderLimit.check(item);
      const result: unknown = handler.call(this, value, ...args);
      if (typeof result === 'string') this.context.memoryLimit.use(result.length);
      return result;
    },
  };
}
