import type { Tx } from '../../db/index.js';
import { invalid, type FieldError } from '../../lib/errors.js';
import { savedTexts } from './saved-text.repository.js';

interface Wording {
  messages?: readonly unknown[];
  template?: string;
  templateId?: string;
}

/**
 * The request with each `templateId`, its own and its variants', replaced by the text as it is now: what happens to the
 * template later does not touch the campaign.
 */
export async function withSavedTexts<Input extends Wording & { variants?: Wording[] }>(
  tx: Tx,
  tenantId: string,
  input: Input,
): Promise<Input> {
  const all = [
    { path: 'templateId', wording: input as Wording },
    ...(input.variants ?? []).map((wording, index) => ({ path: `variants[${index}].templateId`, wording })),
  ];
  const asked = all.flatMap(({ path, wording }) =>
    typeof wording.templateId === 'string' ? [{ path, wording, id: wording.templateId }] : [],
  );
  if (asked.length === 0) return input;
  const texts = await savedTexts(
    tx,
    tenantId,
    asked.map(({ id }) => id),
  );
  const errors: FieldError[] = [];
  for (const { path, wording, id } of asked) {
    if ((wording.messages ?? wording.template ?? undefined) !== undefined) {
      errors.push({ path, message: 'give either messages, template or templateId, not more of them' });
    } else if (!texts.has(id.toLowerCase())) errors.push({ path, message: `there is no template ${id}` });
  }
  if (errors.length > 0) throw invalid(errors);
  const replaced = <Given extends Wording>({ templateId, ...rest }: Given) =>
    typeof templateId === 'string' ? { ...rest, template: texts.get(templateId.toLowerCase()) } : rest;
  return {
    ...replaced(input),
    ...(input.variants && { variants: input.variants.map(replaced) }),
  } as Input;
}
