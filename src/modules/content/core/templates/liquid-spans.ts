const RAW = /\{%-?\s*(raw|comment)\s*-?%\}/y;

/**
 * Where the piece of Liquid that starts at `at` ends, or undefined when none starts there. Unclosed Liquid reaches to
 * the end of the source: Liquid then reports the error.
 */
export function opaqueEnd(source: string, at: number): number | undefined {
  if (source[at] !== '{') return undefined;
  if (source[at + 1] === '%') return blockEnd(source, at) ?? tagEnd(source, at);
  return source[at + 1] === '{' ? outputEnd(source, at) : undefined;
}

function tagEnd(source: string, at: number): number {
  const close = source.indexOf('%}', at + 2);
  return close < 0 ? source.length : close + 2;
}

/** The content of a raw or comment block is not parsed. */
function blockEnd(source: string, at: number): number | undefined {
  RAW.lastIndex = at;
  const kind = RAW.exec(source)?.[1];
  if (kind === undefined) return undefined;
  const end = new RegExp(`\\{%-?\\s*end${kind}\\s*-?%\\}`, 'g');
  end.lastIndex = at;
  return end.exec(source) ? end.lastIndex : source.length;
}

/**
 * An output holds no brace or backslash outside quotes. With one, the first brace opens a choice instead: `{{a|b}|c}`
 * and `{{{ name }}|you}` are choices, `{{ name }}` is Liquid.
 */
function outputEnd(source: string, at: number): number | undefined {
  let index = at + 2;
  while (index < source.length) {
    const character = source.charAt(index);
    if (character === '"' || character === "'") {
      const close = source.indexOf(character, index + 1);
      index = close < 0 ? index + 1 : close + 1;
    } else if (source.startsWith('}}', index)) return index + 2;
    else if ('{}\\'.includes(character)) return undefined;
    else index += 1;
  }
  return source.length;
}
