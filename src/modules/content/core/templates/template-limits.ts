import {
  CaptureTag,
  ForTag,
  TablerowTag,
  Tag,
  Token,
  TypeGuards,
  Value,
  evalToken,
  toValueSync,
  type Arguments,
  type Context,
  type Emitter,
  type FilterImplOptions,
  type Liquid,
  type TagToken,
  type Template,
  type TopLevelToken,
} from 'liquidjs';
import { payForCall, payForResult } from './filter-costs.js';
import { budgetOf } from './metered-context.js';
import { sizeOf } from './render-budget.js';

type Argument = Arguments extends Iterable<infer One> ? One : never;

/** Reading a character of a condition or of the values of a tag: they are worked out anew in every turn of a loop. */
const STEPS_PER_CHARACTER = 0.05;
/** What even the shortest value takes, in characters. */
const TOKEN_LENGTH = 6;
/** Copying an item of a list, as `reversed`, `offset` and `limit` do. */
const STEPS_PER_ITEM = 0.02;

/** What is written inside `capture` is kept. */
export class MeteredCapture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    const budget = budgetOf(context);
    budget.startCapture();
    yield super.render(context);
    budget.endCapture();
    budget.hold(String(context.bottom()[this.variable] ?? '').length);
  }
}

/** Liquid's own one looks for lines without a # in a time that grows with the square of the comment. */
export class LinearComment extends Tag {
  constructor(token: TagToken, remaining: TopLevelToken[], liquid: Liquid) {
    super(token, remaining, liquid);
    const [, ...lines] = token.args.split('\n').map((line) => line.trim());
    if (lines.every((line) => line === '' || line.startsWith('#'))) return;
    throw new Error("every line of an inline comment must start with a '#' character");
  }

  override render(): void {
    // A comment leaves nothing in the text.
  }
}

/** Pays for each rendering of a node by the length of its own source, and for the list a loop goes through. */
export function meterTemplate(template: Template): void {
  const render = template.render.bind(template);
  const isText = TypeGuards.isHTMLToken(template.token);
  const length = isText ? template.token.size() : 0;
  const steps = isText ? 0 : lengthOfArguments(template) * STEPS_PER_CHARACTER;
  template.render = (context: Context, emitter: Emitter) => {
    const budget = budgetOf(context);
    budget.spend(steps);
    if (isText) budget.write(length);
    else if (template instanceof ForTag || template instanceof TablerowTag) payForList(template, context);
    return render(context, emitter);
  };
}

function payForList({ collection }: ForTag | TablerowTag, context: Context): void {
  // A range is counted when it is made.
  if (!TypeGuards.isPropertyAccessToken(collection)) return;
  const list: unknown = toValueSync(evalToken(collection, context));
  const items = typeof list === 'object' && list !== null ? Object.keys(list).length : 1;
  budgetOf(context).spend(items * STEPS_PER_ITEM);
}

function lengthOfArguments(template: Template): number {
  return tokensOf(template).reduce((length, { begin, end }) => length + TOKEN_LENGTH + end - begin, 0);
}

/** What the tag of a node names: variables, literals, operators and the arguments of filters. */
export function tokensOf(template: Template): Token[] {
  return [...((template.arguments?.() ?? []) as Iterable<Argument>)].flatMap(tokensIn);
}

function tokensIn(argument: Argument): Token[] {
  if (!(argument instanceof Value)) return [argument];
  const given = argument.filters.flatMap(({ args }) => args.flat());
  return [...argument.initial.postfix, ...given.filter((token) => token instanceof Token)];
}

/** Pays for each call of a filter, by what goes in and what comes out. */
export function meterFilters(engine: Liquid): void {
  for (const [name, filter] of Object.entries(engine.filters)) {
    engine.registerFilter(name, metered(name, filter));
  }
}

function metered(name: string, filter: FilterImplOptions): FilterImplOptions {
  const { handler, raw } = typeof filter === 'function' ? { handler: filter, raw: false } : filter;
  return {
    raw,
    handler(value: unknown, ...args: unknown[]): unknown {
      const budget = budgetOf(this.context);
      payForCall(name, value, args, budget);
      const result: unknown = handler.call(this, value, ...args);
      payForResult(name, result, budget);
      return result;
    },
  };
}

/** Pays for a value that is printed, before it is put together into a text. */
export function payForOutput(value: Value): void {
  const evaluate = value.value.bind(value);
  value.value = function* (context: Context, lenient?: boolean): Generator<unknown, unknown, unknown> {
    const result = yield evaluate(context, lenient);
    const budget = budgetOf(context);
    budget.write(sizeOf(result, budget));
    return result;
  };
}
