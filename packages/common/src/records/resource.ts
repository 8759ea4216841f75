/**
 * Resource: what a container asks for and a node has. Hadoop: yarn.api.records.Resource and yarn.util.resource.Resources.
 * `memoryMb` is MiB, `vcores` whole virtual cores; further countable types by name come with the capacity scheduler.
 */
export interface Resource {
  readonly memoryMb: number;
  readonly vcores: number;
}

export const NO_RESOURCE: Resource = Object.freeze({ memoryMb: 0, vcores: 0 });

export function addResources(a: Resource, b: Resource): Resource {
  return { memoryMb: a.memoryMb + b.memoryMb, vcores: a.vcores + b.vcores };
}

export function subtractResources(a: Resource, b: Resource): Resource {
  return { memoryMb: a.memoryMb - b.memoryMb, vcores: a.vcores - b.vcores };
}

/** Whether `part` fits into `whole` in every dimension. */
export function fitsIn(part: Resource, whole: Resource): boolean {
  return part.memoryMb <= whole.memoryMb && part.vcores <= whole.vcores;
}

/** `<memory:1024, vCores:1>`, as YARN prints it. */
export function formatResource(r: Resource): string {
  return `<memory:${r.memoryMb}, vCores:${r.vcores}>`;
}
