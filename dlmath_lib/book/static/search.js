// Looks through the sections and claims of the book (search-index.js, written by dlmath_lib.book.search).
(() => {
  "use strict";
  const LIMIT = 50;
  const SYMBOLS = {
    alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", zeta: "ζ", eta: "η", theta: "θ", kappa: "κ", lambda: "λ", mu: "μ", nu: "ν", xi: "ξ",
    pi: "π", rho: "ρ", sigma: "σ", tau: "τ", phi: "φ", chi: "χ", psi: "ψ", omega: "ω", nabla: "∇", partial: "∂", sum: "∑", product: "∏", integral: "∫",
    infinity: "∞", root: "√",
  };
  const NAMES = Object.fromEntries(Object.entries(SYMBOLS).map(([name, symbol]) => [symbol, name]));
  const SAME = { ϵ: "ε", ϕ: "φ", ϑ: "θ", ϱ: "ρ", µ: "μ", ς: "σ", "∆": "δ" };

  const PRIMES = /['’′]/;

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/./gu, (letter) => SAME[letter] ?? letter);
  const escape = (letter) => letter.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

  // A word as a pattern: "logsoftmax", "log-softmax" and "log_softmax" are one; so are -ise and -ize, accents or none, one or many, relu' and ReLU′.
  function pattern(word) {
    const bare = word.replace(/(?<=[\p{L}\p{N}])[-_‐‑–](?=[\p{L}\p{N}])/gu, "");
    const stem = bare.length > 4 && /[^s]s$/.test(bare) ? bare.slice(0, -1) : bare;
    const letters = [...stem].map((letter, i) => /[sz]/.test(letter) && /^i[sz](?:e|a|i)/.test(stem.slice(i - 1)) ? "[sz]" : PRIMES.test(letter) ? "['’′]" : escape(letter));
    const spelled = letters.map((letter) => `${letter}\\p{M}*`).join("[-_\\s‐‑–]?");
    const begins = /^[\p{L}\p{N}]/u.test(stem) && !NAMES[stem] ? "(?<![\\p{L}\\p{N}])" : "";
    const ends = /^[\p{L}\p{N}]{1,2}$/u.test(stem) && !NAMES[stem] ? "(?![\\p{L}\\p{N}])" : "";
    const other = SYMBOLS[bare] ?? (NAMES[bare] && `(?<![\\p{L}])${NAMES[bare]}(?![\\p{L}])`);
    return new RegExp(`${begins}${spelled}${ends}${other ? `|${other}` : ""}`, "giu");
  }

  const count = (regexp, text) => [...text.matchAll(regexp)].length;

  function score(place, patterns, phrase) {
    const [, , title, text, names] = place;
    let total = 0;
    for (const regexp of patterns) {
      const inTitle = count(regexp, title), inPage = count(regexp, place.page), inText = count(regexp, text), inNames = count(regexp, names);
      if (!(inTitle || inPage || inText || inNames)) return 0;
      total += (inTitle && 20) + (inPage && 4) + 2 * Math.log2(1 + inText) + (inNames && 1);
      // The page's title alone says nothing about one of its sections.
      if (!inTitle && !inText && !inNames) total -= 3.5;
    }
    if (phrase) total += (count(phrase, title) && 25) + (count(phrase, text) && 10);
    if (title.replace(/^(?:the|an?) /i, "").replace(phrase ?? patterns[0], "") === "") total += 40;
    // What a chapter says comes before the glossary and the library's reference.
    if (place.reference) total /= 4;
    // Of two titles that hold the words, the shorter one is about them.
    return total * (1 + 1 / (4 + title.split(/\s+/).length));
  }

  function marked(text, patterns) {
    const spans = patterns.flatMap((regexp) => [...text.matchAll(regexp)].map((match) => [match.index, match.index + match[0].length])).sort((a, b) => a[0] - b[0]);
    const parts = [];
    let end = 0;
    for (const [from, to] of spans) {
      if (from < end) continue;
      parts.push(text.slice(end, from), Object.assign(document.createElement("mark"), { textContent: text.slice(from, to).normalize("NFC") }));
      end = to;
    }
    parts.push(text.slice(end));
    return parts.map((part) => (typeof part === "string" ? part.normalize("NFC") : part));
  }

  // Some words around the first hit, cut at spaces.
  function context(text, patterns, phrase) {
    const hits = [...(phrase ? [phrase] : []), ...patterns].map((regexp) => text.search(regexp)).filter((index) => index >= 0);
    const middle = hits[0] ?? 0;
    let from = middle <= 90 ? 0 : text.indexOf(" ", middle - 90) + 1;
    if (from > middle) from = middle;
    let to = from + 240 >= text.length ? text.length : text.lastIndexOf(" ", from + 240);
    if (to <= from) to = from + 240;
    return [from ? "… " : "", ...marked(text.slice(from, to), patterns), to < text.length ? " …" : ""];
  }

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function search(query) {
    const words = fold(query).replace(/["“”„]/g, " ").split(/\s+/).filter(Boolean);
    const patterns = words.map(pattern);
    const phrase = words.length > 1 ? pattern(words.join("")) : null;
    const found = [];
    for (const place of places) {
      const points = words.length ? score(place, patterns, phrase) : 0;
      if (points) found.push({ place, points });
    }
    found.sort((a, b) => b.points - a.points);
    return { found, patterns, phrase };
  }

  const places = searchIndex.places.map((place) => Object.assign(place.map((part) => (typeof part === "string" ? part.normalize("NFD") : part)), { page: searchIndex.pages[place[0]][1], reference: searchIndex.pages[place[0]][0].startsWith("chapters/reference/") }));
  const query = new URLSearchParams(location.search).get("q")?.trim() ?? "";
  for (const input of document.querySelectorAll("input[name=q]")) input.value = query;
  if (!query) return;
  document.title = `${query} · ${document.title}`;
  const { found, patterns, phrase } = search(query);
  const shown = found.slice(0, LIMIT);
  document.querySelector("#search-progress").textContent = !found.length ? `Nothing in the book holds all of “${query}”. Try fewer words, or another form of them.`
    : found.length === 1 ? "One place." : found.length > LIMIT ? `The ${LIMIT} best of ${found.length} places.` : `${found.length} places.`;
  const root = document.documentElement.dataset.content_root;
  document.querySelector("#search-results").append(...shown.map(({ place: [page, anchor, title, text], place }) => {
    const href = root + searchIndex.pages[page][0] + (anchor && `#${anchor}`);
    const link = element("a", { href }, ...marked(title, patterns));
    const where = anchor ? [element("span", { className: "search-page" }, place.page)] : [];
    return element("li", {}, link, ...where, element("p", { className: "context" }, ...context(text, patterns, phrase)));
  }));
})();
