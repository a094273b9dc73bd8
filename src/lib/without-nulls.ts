/**
 * The same object without the fields that are null or undefined: where null cannot empty a field it says the same as
 * leaving it out.
 */
export function withoutNulls<Input extends object>(input: Input): Input {
  const given = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(given) as Input;
}
