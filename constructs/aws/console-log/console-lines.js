// biome-ignore lint/suspicious/noControlCharactersInRegex: a console is full of them
const CONTROL = /\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]/g;

/**
 * The lines of a console, without colours, control characters and empty lines, which a log cannot hold.
 * @param output the text, with any line ends
 * @param complete leave out what follows the last line end
 */
function readLines(output, complete) {
  const lines = output.split('\n');
  if (complete) lines.pop();
  return lines.map((line) => line.replace(CONTROL, '').trimEnd()).filter((line) => line !== '');
}

/**
 * The lines that come after what is known. A console holds the last 64 KiB, so its beginning may be missing, even within a
 * line: what is known is found as the longest end of it that the console begins with.
 * @param lines of the console now
 * @param known text, each line with its line end
 */
function newLines(lines, known) {
  const text = lines.map((line) => `${line}\n`).join('');
  const rest = text.slice(overlap(text, known));
  return rest === '' ? [] : rest.slice(0, -1).split('\n');
}

/** Length of the longest beginning of `text` that is an end of `known`: the last step of Knuth, Morris and Pratt's search. */
function overlap(text, known) {
  // Nothing longer than the text can match, so nothing before that is looked at.
  const end = known.slice(-text.length);
  const fallback = new Uint32Array(text.length + 1);
  let length = 0;
  for (let at = 1; at < text.length; at += 1) {
    while (length > 0 && text[at] !== text[length]) length = fallback[length];
    if (text[at] === text[length]) length += 1;
    fallback[at + 1] = length;
  }
  length = 0;
  for (const letter of end.split('')) {
    while (length > 0 && (length === text.length || letter !== text[length])) length = fallback[length];
    if (letter === text[length]) length += 1;
  }
  return length;
}

module.exports = { newLines, readLines };
