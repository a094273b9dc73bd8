import {
  analyzeSync,
  AssignTag,
  CaseTag,
  IfTag,
  TypeGuards,
  UnlessTag,
  Value,
  type Arguments,
  type Template,
  type Variable,
} from 'liquidjs';
import { childrenOf, lastDefaultOf } from './template-engine.js';

type Argument = Arguments extends Iterable<infer One> ? One : never;

export interface TemplateVariable {
  /** `['contact', 'city']` for `{{ contact.city }}`. */
  path: string[];
  /** True when every use has a default or stands in a condition about it: recipients without it are fine. */
  optional: boolean;
}

/** How a variable is written: `contact.city`. */
export function variableName(path: readonly string[]): string {
  return path.join('.');
}

/** Where a variable lies among a recipient's own: `{{ city }}` and `{{ contact.city }}` are the same one. */
export function attributePath(path: readonly string[]): string[] {
  return path[0] === 'contact' ? path.slice(1) : [...path];
}

/** The variables of a parsed template, without those it assigns itself. */
export function variablesOf(templates: Template[]): TemplateVariable[] {
  const optional = new Set<string>();
  markOptional(templates, new Set(), optional);
  const found = new Map<string, TemplateVariable>();
  // `globals` is what the template did not assign or loop over itself.
  for (const variable of Object.values(analyzeSync(templates, { partials: false }).globals).flat()) {
    const path = pathOf(variable);
    const key = JSON.stringify(path);
    const isOptional = optional.has(locationOf(variable));
    found.set(key, { path, optional: isOptional && (found.get(key)?.optional ?? true) });
  }
  return [...found.values()];
}

/** Collects the locations of variables that may be missing; inside a block, those that its conditions test may be. */
function markOptional(templates: Template[], guarded: ReadonlySet<string>, optional: Set<string>): void {
  for (const template of templates) {
    const isCondition =
      template instanceof IfTag || template instanceof UnlessTag || template instanceof CaseTag;
    const inside = new Set(guarded);
    for (const argument of template.arguments?.() ?? []) {
      const variables = variablesIn(argument);
      const asks = isCondition || (template instanceof AssignTag && isQuestion(argument));
      const before = asks ? undefined : beforeDefault(argument);
      const forgiven = asks ? variables : before ? variablesIn(before) : [];
      const forgivenPlaces = new Set(forgiven.map(locationOf));
      for (const variable of variables) {
        const name = variableName(attributePath(pathOf(variable)));
        if (isCondition) inside.add(name);
        if (forgivenPlaces.has(locationOf(variable)) || guarded.has(name)) optional.add(locationOf(variable));
      }
    }
    markOptional(childrenOf(template), inside, optional);
  }
}

/** `assign known = nick != ""` keeps an answer, which there is for a missing value too. */
function isQuestion(argument: Argument): boolean {
  return (
    argument instanceof Value && argument.initial.postfix.some((token) => TypeGuards.isOperatorToken(token))
  );
}

/** The part of a value that its last `default` filter replaces. */
function beforeDefault(argument: Argument): Value | undefined {
  if (!(argument instanceof Value)) return undefined;
  const last = lastDefaultOf(argument);
  if (last < 0) return undefined;
  const filters = argument.filters.slice(0, last);
  return Object.assign(Object.create(Value.prototype) as Value, { initial: argument.initial, filters });
}

/** The variables of one argument, by Liquid's own analysis of a template with nothing else. */
function variablesIn(argument: Argument): Variable[] {
  const template = { arguments: () => [argument] } as unknown as Template;
  return Object.values(analyzeSync([template], { partials: false }).variables).flat();
}

function locationOf({ location }: Variable): string {
  return `${location.row}:${location.col}`;
}

/**
 * The path up to the first segment that is only known while rendering (`contact[key]`). Liquid's `first`, `last` and
 * `size` are questions about a value, not names of one; but a contact may have a size or a first of its own.
 */
function pathOf(variable: Variable): string[] {
  const computed = variable.segments.findIndex((segment) => typeof segment === 'object');
  const path = (computed < 0 ? variable.segments : variable.segments.slice(0, computed)).map(String);
  const last = path.at(-1);
  const asked = attributePath(path).length > 1 && last && ['first', 'last', 'size'].includes(last);
  return asked ? path.slice(0, -1) : path;
}
