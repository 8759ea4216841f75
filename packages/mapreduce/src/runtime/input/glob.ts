/** Hadoop's path patterns, for one path component: `*`, `?`, `[a-z]`, `[^a-z]`, `{one,two}`, `\` before a character to take as it is. */

/** Whether a component has to be matched against names. */
export function isPattern(component: string): boolean {
  return /(^|[^\\])[*?[{]/.test(component);
}

/** The component without its backslashes: the name it means, if it is no pattern. */
export function unescape(component: string): string {
  return component.replace(/\\(.)/g, '$1');
}

/** A test for names. An unfinished class or alternative is taken as it stands. */
export function toRegExp(pattern: string): RegExp {
  let source = '';
  let alternatives = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? '';
    const rest = pattern.slice(i);
    const group = /^\[([!^]?)((?:\\.|[^\]\\])+)\]/.exec(rest);
    if (c === '\\' && i + 1 < pattern.length) source += quote(pattern[++i] ?? '');
    else if (c === '*') source += '.*';
    else if (c === '?') source += '.';
    else if (group !== null) {
      source += `[${group[1] === '' ? '' : '^'}${(group[2] ?? '').replace(/[[^]/g, '\\$&')}]`;
      i += group[0].length - 1;
    } else if (c === '{' && rest.includes('}')) {
      source += '(?:';
      alternatives++;
    } else if (c === '}' && alternatives > 0) {
      source += ')';
      alternatives--;
    } else source += c === ',' && alternatives > 0 ? '|' : quote(c);
  }
  return new RegExp(`^${source}$`, 's');
}

/** Splits at commas outside braces; `\,` is a comma. Hadoop: FileInputFormat.getPathStrings. */
export function splitPaths(text: string): string[] {
  const paths: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '{') depth++;
    else if (text[i] === '}') depth--;
    else if (text[i] === ',' && depth <= 0) {
      paths.push(text.slice(start, i));
      start = i + 1;
    }
  }
  paths.push(text.slice(start));
  return paths.map((path) => path.trim().replaceAll('\\,', ',')).filter((path) => path !== '');
}

function quote(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
