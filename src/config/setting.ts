/** How a setting's text becomes a value. */
export type SettingKind = 'text' | 'whole number' | 'switch' | 'list';

export interface SettingDescription {
  /** Name of the environment variable. */
  env: string;
  kind: SettingKind;
  help: string;
  /** What may be given, as it is said in documents and complaints. */
  allowed: string;
  default?: string | number | boolean | string[];
  unit?: string;
  /** Said in place of the default when there is none. */
  whenUnset?: string;
  /** The value never appears in complaints, logs or documents. */
  secret?: boolean;
}

export type ConfigClass = new () => object;

const descriptionsByClass = new Map<unknown, Map<string, SettingDescription>>();

/** Remembers what a property of a config class is; used through the decorators of `decorators.ts`. */
export function describeSetting(target: object, property: string, description: SettingDescription): void {
  const descriptions = descriptionsByClass.get(target.constructor) ?? new Map<string, SettingDescription>();
  descriptions.set(property, description);
  descriptionsByClass.set(target.constructor, descriptions);
}

/** The settings of a config class by property, in the order of declaration. */
export function settingsOf(configClass: ConfigClass): ReadonlyMap<string, SettingDescription> {
  return descriptionsByClass.get(configClass) ?? new Map<string, SettingDescription>();
}
