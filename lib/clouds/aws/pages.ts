/** All pages of an answer, one after the other. */
export async function pages<T>(
  look: (token: {
    readonly NextToken?: string;
  }) => Promise<{ readonly items: readonly T[] | undefined; readonly next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let token: { readonly NextToken?: string } = {}; ; ) {
    const { items = [], next } = await look(token);
    all.push(...items);
    if (!next) return all;
    token = { NextToken: next };
  }
}
