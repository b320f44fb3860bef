/** Splits a stream into lines without searching twice what holds no line end. */
export class LineSplitter {
  #parts: string[] = [];

  push(chunk: string): string[] {
    const pieces = chunk.split('\n');
    const last = pieces.pop() ?? '';
    if (pieces.length === 0) {
      this.#parts.push(last);
      return [];
    }
    pieces[0] = this.#parts.join('') + (pieces[0] ?? '');
    this.#parts = last === '' ? [] : [last];
    return pieces;
  }
}
