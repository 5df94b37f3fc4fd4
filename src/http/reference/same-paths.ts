/**
 * Endpoints may name a parameter of one path differently: `/emotes/{creatorId}` lists, `/emotes/{id}` deletes. OpenAPI
 * allows one name, so the document calls it `id`.
 */

type Item = object;

const shapeOf = (path: string) => path.replaceAll(/\{\w+\}/g, '{}');

/** Changes the paths of the document. Only one parameter of a path may have several names. */
export function uniteSamePaths(paths: Record<string, Item>): void {
  for (const alike of Map.groupBy(Object.keys(paths), shapeOf).values()) {
    if (alike.length === 1) continue;
    const names = alike.map((path) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name));
    const place = names[0]?.findIndex((name, at) => names.some((other) => other[at] !== name)) ?? -1;
    let united: Item = {};
    for (const [index, path] of alike.entries()) {
      const name = names[index]?.[place] ?? '';
      united = { ...united, ...renameParameter(paths[path] ?? {}, name) };
      delete paths[path];
    }
    const [first = ''] = alike;
    paths[first.replace(`{${names[0]?.[place]}}`, '{id}')] = united;
  }
}

function renameParameter(item: Item, name: string): Item {
  for (const operation of Object.values(item) as { parameters?: { in: string; name: string }[] }[])
    for (const parameter of operation.parameters ?? [])
      if (parameter.in === 'path' && parameter.name === name) parameter.name = 'id';
  return item;
}
