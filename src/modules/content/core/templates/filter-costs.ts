import { sizeOf, type RenderBudget } from './render-budget.js';

/** Steps of one call, by the sizes of what the filter gets. */
interface FilterCost {
  /** Per character or item of the value, its arguments and its result. */
  perUnit?: number;
  /** False for a filter that only looks at one end of a list. */
  walks?: false;
  /** Besides. */
  more?(value: unknown, args: readonly unknown[], budget: RenderBudget): number;
}

const CALL_STEPS = 2;
const PER_UNIT = 0.02;
const SLOW_PER_UNIT = 0.1;
/** A context of its own for each item, in which Liquid looks up the field. */
const ITEM_STEPS = 4;
/** Making a formatter of `Intl`. */
const FORMATTER_STEPS = 60;
/** Using one. */
const FORMAT_STEPS = 15;
/** A reader of numbers takes some formatters and an expression. */
const READER_STEPS = 400;
const HASH_STEPS = 5;
/** JSON of a list in a list in a list is indented more and more. */
const MOST_INDENT = 10;
const MAX_DEPTH = 100;
/** Directives of a format that print a name, or what a language writes; with flags and a width. */
const NAMED = /%[-_^#:0-9EO]*[aAbBhcxX]/g;

const slow: FilterCost = { perUnit: SLOW_PER_UNIT };
const oneEnd: FilterCost = { walks: false };
const perItem: FilterCost = {
  more: (value, [property]) => itemsOf(value) * (ITEM_STEPS + lengthOf(property) * 0.02),
};
const perItemExpression: FilterCost = {
  more: (value, [, expression]) => (itemsOf(value) + 2) * (ITEM_STEPS + lengthOf(expression) * SLOW_PER_UNIT),
};
/** Comparing goes through both texts as far as they are the same. */
const sorting: FilterCost = {
  more(value, [property], budget) {
    const items = itemsOf(value);
    const rounds = Math.log2(items + 2);
    return (
      items * (ITEM_STEPS + lengthOf(property) * 0.02) + rounds * (items * 0.5 + sizeOf(value, budget) * 0.04)
    );
  },
};
/** The worst text makes a search go through the whole pattern at each of its characters. */
const searching: FilterCost = {
  more: (value, [pattern]) => searchSteps(lengthOf(value), lengthOf(pattern)),
};
/** Liquid makes a formatter for each name of a day or month, and two for a time zone. */
const dating: FilterCost = {
  more(_value, [format, zone]) {
    const names = typeof format === 'string' ? (format.match(NAMED)?.length ?? 0) : 0;
    const directives = typeof format === 'string' ? format.split('%').length : 0;
    const zones = typeof zone === 'string' ? 2 : 0;
    return directives + FORMAT_STEPS + (names + zones) * FORMATTER_STEPS;
  },
};
const json: FilterCost = {
  perUnit: SLOW_PER_UNIT,
  more(value, [space], budget) {
    const { nodes, depth } = treeOf(value, budget);
    if (space !== undefined) budget.hold(nodes * depth * MOST_INDENT);
    return nodes;
  },
};
const formatting: FilterCost = {
  perUnit: SLOW_PER_UNIT,
  more: (_value, args, budget) =>
    FORMAT_STEPS + (budget.isNew(`format ${keyOf(args)}`) ? FORMATTER_STEPS : 0),
};

const costs: Record<string, FilterCost> = {
  ...named('default raw size first last slice', oneEnd),
  ...named('map where reject find find_index has group_by sum', perItem),
  ...named('where_exp reject_exp find_exp find_index_exp has_exp group_by_exp', perItemExpression),
  ...named('sort sort_natural', sorting),
  ...named('split replace replace_first replace_last remove remove_first remove_last', searching),
  ...named('date', dating),
  ...named('date_to_xmlschema date_to_rfc822 date_to_string date_to_long_string', {
    more: () => FORMAT_STEPS + 2 * FORMATTER_STEPS,
  }),
  ...named('sha256 hmac_sha256', { more: () => HASH_STEPS }),
  ...named('strip lstrip rstrip', { perUnit: 0.05 }),
  ...named('json jsonify inspect', json),
  ...named('escape xml_escape escape_once unescape strip_html newline_to_br slugify', slow),
  ...named('cgi_escape truncatewords number_of_words first_name', slow),
  title_case: { perUnit: 0.5 },
  currency: formatting,
  date_in: formatting,
  number: {
    more: (value, args, budget) =>
      FORMAT_STEPS + (budget.isNew(`read ${keyOf(args)} ${digitOf(value)}`) ? READER_STEPS : 0),
  },
};

/** Pays for a call before it is made. */
export function payForCall(
  name: string,
  value: unknown,
  args: readonly unknown[],
  budget: RenderBudget,
): void {
  const cost = costOf(name);
  budget.spend(CALL_STEPS + (cost.more?.(value, args, budget) ?? 0));
  const sized =
    cost.walks === false ? [value, ...args].filter((given) => typeof given === 'string') : [value, ...args];
  for (const given of sized) budget.spend(sizeOf(given, budget) * (cost.perUnit ?? PER_UNIT));
}

/** Liquid counts what goes into a filter; `url_encode` trebles a text. */
export function payForResult(name: string, result: unknown, budget: RenderBudget): void {
  if (typeof result !== 'string') return;
  budget.spend(result.length * (costOf(name).perUnit ?? PER_UNIT));
  budget.hold(result.length);
}

/** Looking for a text in another one of so many characters. */
export function searchSteps(length: number, patternLength: number): number {
  return (length * Math.min(length, patternLength)) / 1_000;
}

function costOf(name: string): FilterCost {
  return Object.hasOwn(costs, name) ? (costs[name] ?? {}) : {};
}

function named(names: string, cost: FilterCost): Record<string, FilterCost> {
  return Object.fromEntries(names.split(' ').map((name) => [name, cost]));
}

function itemsOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 1;
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : 1;
}

function keyOf(args: readonly unknown[]): string {
  return args.map(String).join(' ').slice(0, 200);
}

/** Each script has its own digits, and each of them a reader. */
function digitOf(value: unknown): string {
  return typeof value === 'string' ? (/[^\0-\x7f]/.exec(value)?.[0] ?? '') : '';
}

/** Items and fields of a value, walked through as JSON does, and how deep it goes. */
function treeOf(value: unknown, budget: RenderBudget, depth = 1): { nodes: number; depth: number } {
  if (depth > MAX_DEPTH) throw new Error(`a value is nested more than ${MAX_DEPTH} deep`);
  budget.spend(0.3);
  if (typeof value !== 'object' || value === null) return { nodes: 1, depth };
  let nodes = 1;
  let deepest = depth;
  for (const inside of Object.values(value) as unknown[]) {
    const tree = treeOf(inside, budget, depth + 1);
    nodes += tree.nodes;
    deepest = Math.max(deepest, tree.depth);
  }
  return { nodes, depth: deepest };
}
