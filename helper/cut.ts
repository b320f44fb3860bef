const LEFT_OUT = '…';

/** `text` with at most `most` characters (at least 1): what is too long ends with `…`. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${beginning(text, most - 1)}${LEFT_OUT}`;
}

/** As {@link cut}, but with the middle left out: the last `tail` characters are those of `text`. */
export function cutMiddle(text: string, most: number, tail: number): string {
  if (text.length <= most) return text;
  return `${beginning(text, most - tail - 1)}${LEFT_OUT}${text.slice(-tail).replace(/^[\uDC00-\uDFFF]/, LEFT_OUT)}`;
}

/** Never ends with half of a character that UTF-16 writes as two. */
function beginning(text: string, count: number): string {
  return text.slice(0, count).replace(/[\uD800-\uDBFF]$/, '');
}
