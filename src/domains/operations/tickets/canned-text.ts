/** The variables of a ready-made answer: `Hi {{name}}`. Takes no Context. */

export const VARIABLES = ['name', 'username', 'number', 'subject', 'agent'] as const;
type Variable = (typeof VARIABLES)[number];

const BRACED = /\{\{([^{}]*)\}\}/g;

/** What stands in braces and is not a variable, each once. */
export function unknownVariables(text: string): string[] {
  const names = [...text.matchAll(BRACED)].map(([, name = '']) => name.trim());
  return [...new Set(names.filter((name) => !isVariable(name)))];
}

/** Fills in all variables at once, so that a value with braces stays as it is. */
export function fillIn(text: string, values: Readonly<Record<Variable, string>>): string {
  return text.replaceAll(BRACED, (braced, name: string) => {
    const variable = name.trim();
    return isVariable(variable) ? values[variable] : braced;
  });
}

function isVariable(name: string): name is Variable {
  return VARIABLES.some((variable) => variable === name);
}
