import { Context, type Liquid } from 'liquidjs';
import type { RenderBudget } from './render-budget.js';

type Options = ConstructorParameters<typeof Context>[1];
type RenderOptions = ConstructorParameters<typeof Context>[2];

const NODE_STEPS = 1;
const PROPERTY_STEPS = 0.7;
/** Liquid names the characters and items it handles to its memory limit. */
const STEPS_PER_UNIT = 0.02;

/** The state of one rendering, with what it may still cost. Liquid's own limits count towards the same budget. */
export class MeteredContext extends Context {
  constructor(
    scope: object,
    options: Options,
    renderOptions: RenderOptions,
    private readonly engine: Liquid,
    readonly budget: RenderBudget,
  ) {
    super(scope, options, renderOptions, { liquid: engine });
    // Liquid measures time here.
    this.renderLimit.check = () => budget.spend(NODE_STEPS);
    this.memoryLimit.use = (units) => {
      if (!(units > 0)) return;
      budget.spend(units * STEPS_PER_UNIT);
      budget.hold(units);
    };
  }

  override readProperty(value: unknown, key: unknown): unknown {
    this.budget.spend(PROPERTY_STEPS);
    return super.readProperty(value as never, key as never) as unknown;
  }

  /** Of an item that a filter looks into. */
  override spawn(scope: object = {}): MeteredContext {
    const { sync, globals, strictVariables, ownPropertyOnly } = this;
    const Own = this.constructor as typeof MeteredContext;
    const options = { sync, globals, strictVariables, ownPropertyOnly };
    return new Own(scope, this.opts, options, this.engine, this.budget);
  }
}

export function budgetOf(context: Context): RenderBudget {
  if (context instanceof MeteredContext) return context.budget;
  throw new Error('A text is rendered without a budget.');
}
