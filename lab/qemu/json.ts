export type Json = string | number | bigint | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Properties = Readonly<Record<string, Json>>;

/** JSON as QEMU reads it: whole numbers of 64 bits, such as world wide names, are written out as numbers. */
export function toJson(value: unknown): string {
  const marked = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? `\u0001${part.toString()}` : part,
  );
  return marked.replace(/"\\u0001(\d+)"/g, '$1');
}
