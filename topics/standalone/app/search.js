// Papers that hold the words a reader asks for, by the rules of the dashboard (topics/wordsearch.py).

/** Letters of a word from which one slip, and from which two, are forgiven. */
const FORGIVEN = [4, 8];
const MOST_SPELLINGS = 3;
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]/;
const PLAIN = /^[\x00-\x7f]*$/;

/** Words in small letters and without accents, a space before, between and after them. */
function fold(text) {
  const words = PLAIN.test(text)
    ? text.toLowerCase().replace(/[^a-z0-9]+/g, " ")
    : text
        .normalize("NFKD")
        .toLowerCase()
        .replace(/ß/g, "ss")
        .normalize("NFKD")
        .replace(/\p{Mn}/gu, "")
        .replace(/[^\p{L}\p{N}]+/gu, " ");
  return ` ${words.trim()} `.replace(/^ +$/, "  ");
}

/** What a paper must hold and what it must not. */
function askedFor(text) {
  const found = { wanted: [], unwanted: [], quoted: new Set() };
  for (const [, minus, quotation, word] of text.matchAll(/(-?)(?:["“”]([^"“”]*)["“”]?|(\S+))/g)) {
    const part = fold(quotation || word || "").trim();
    if (!part) continue;
    if (quotation) found.quoted.add(part);
    const list = minus ? found.unwanted : found.wanted;
    if (!list.includes(part)) list.push(part);
  }
  return found;
}

class Search {
  /** @param {string[][]} texts title, authors and abstract of each paper */
  constructor(texts) {
    this.texts = texts.map((parts) => parts.map(fold).join("\n"));
    this.known = new Map();
  }

  /** Whether each paper has what is asked for, and what was read otherwise than it was written. */
  find(text) {
    if (this.known.has(text)) return this.known.get(text);
    const { wanted, unwanted, quoted } = askedFor(text);
    const respelled = [];
    const keep = new Uint8Array(this.texts.length).fill(1);
    for (const part of wanted) {
      const asked = [pattern(part, quoted.has(part))];
      if (!part.includes(" ") && !this.texts.some((one) => one.includes(asked[0]))) {
        const spellings = this.near(part);
        respelled.push([part, spellings]);
        asked.push(...spellings.map((spelling) => pattern(spelling, true)));
      }
      this.texts.forEach((one, row) => {
        if (!asked.some((form) => one.includes(form))) keep[row] = 0;
      });
    }
    for (const part of unwanted) {
      const form = pattern(part, true);
      this.texts.forEach((one, row) => {
        if (one.includes(form)) keep[row] = 0;
      });
    }
    if (this.known.size > 40) this.known.clear();
    this.known.set(text, { keep, respelled });
    return this.known.get(text);
  }

  /** The words that a word was probably meant to be: the nearest, the most frequent first. */
  near(word) {
    const slips = FORGIVEN.filter((letters) => word.length >= letters).length;
    if (!slips) return [];
    const known = this.vocabulary();
    let [least, best] = [slips, []];
    for (const other of known.keys()) {
      const distance = slipsBetween(word, other, least);
      if (distance > least) continue;
      if (distance < least) [least, best] = [distance, []];
      best.push(other);
    }
    best.sort((a, b) => known.get(b) - known.get(a) || (a < b ? -1 : 1));
    // Beside a frequent word a rare one is a slip of its own.
    return best.filter((one) => known.get(one) >= known.get(best[0]) / 10).slice(0, MOST_SPELLINGS);
  }

  /** How often titles and authors have each word. */
  vocabulary() {
    if (this.words) return this.words;
    this.words = new Map();
    for (const text of this.texts) {
      const [title, authors] = text.split("\n", 2);
      for (const word of `${title}${authors}`.split(" ")) {
        if (word) this.words.set(word, (this.words.get(word) ?? 0) + 1);
      }
    }
    return this.words;
  }
}

/** Where words are written without spaces, one begins anywhere. */
function pattern(part, whole) {
  return UNSPACED.test(part) ? part : ` ${part}${whole ? " " : ""}`;
}

/** Letters to add, drop, change or swap (optimal string alignment); over `most` counts as more. */
function slipsBetween(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let [older, old] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const line = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min(old[j] + 1, line[j - 1] + 1, old[j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) value = Math.min(value, older[j - 2] + 1);
      line.push(value);
      least = Math.min(least, value);
    }
    if (least > most) return most + 1;
    [older, old] = [old, line];
  }
  return old[b.length];
}
