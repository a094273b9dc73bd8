import { defaultOperators, type Context, type Operators } from 'liquidjs';
import { searchSteps } from './filter-costs.js';
import { budgetOf } from './metered-context.js';
import { sizeOf } from './render-budget.js';

type Binary = (left: unknown, right: unknown, context: Context) => unknown;

const CALL_STEPS = 0.7;
const PER_UNIT = 0.02;

/** Liquid's operators, and those given in their place, paid for by the lengths of what they compare. */
export function meteredOperators(own: Record<string, Binary>): Operators {
  const operators: Operators = { ...defaultOperators, ...(own as Operators) };
  for (const name of ['==', '!=', 'contains', '>', '<', '>=', '<=']) {
    const compare = operators[name] as Binary;
    operators[name] = ((left: unknown, right: unknown, context: Context) => {
      const budget = budgetOf(context);
      const [wide, narrow] = [sizeOf(left, budget), sizeOf(right, budget)];
      budget.spend(CALL_STEPS + (wide + narrow) * PER_UNIT);
      if (name === 'contains') budget.spend(searchSteps(wide, narrow));
      return compare(left, right, context);
    }) as Operators[string];
  }
  return operators;
}
