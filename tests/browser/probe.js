// Put into a page by the tests: what they need to know of explorers and of colours, asked in one call each.
window.probe = {
  figure: (id) => document.getElementById(id),

  /** Everything that a reader sees of an explorer: its drawing, canvases included, and its readouts. */
  picture(figure) {
    figure.explorer.numbers(); // draws what waits for the next frame
    const canvases = [...figure.querySelectorAll("canvas")].map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let sum = 0;
      for (const value of new Uint32Array(data.buffer)) sum = (Math.imul(sum, 31) + value) | 0;
      return sum;
    });
    return figure.querySelector(".explorer-live").innerHTML + canvases.join();
  },

  /** What has changed since the last look: the values, and the picture. */
  look(id) {
    const figure = probe.figure(id);
    const now = [JSON.stringify(figure.explorer.values), probe.picture(figure)];
    const before = figure.lastLook ?? ["", ""];
    figure.lastLook = now;
    return now.map((part, i) => part !== before[i]);
  },

  values: (id) => probe.figure(id).explorer.values,

  controls: (id) => [...probe.figure(id).querySelectorAll(".explorer-control, .explorer-handles [role=slider]")],

  kinds: (id) =>
    probe.controls(id).map((node) => {
      if (node.matches("[role=slider]")) return "point";
      if (node.querySelector("select")) return "menu";
      return node.classList.contains("is-choice") ? "segments" : "slider";
    }),

  /** Where the button Reset is, brought into sight. */
  reset(id) {
    const button = probe.figure(id).querySelector(".explorer-reset");
    button.scrollIntoView({ block: "center", behavior: "instant" });
    const box = button.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  },

  /** Brings a control into sight, looks, and says what a hand needs to move it; null where it rests and says so. */
  reach(id, number) {
    const node = probe.controls(id)[number];
    const input = node.querySelector("input:checked, input[type=range], select") ?? node;
    if (input.disabled) return null;
    input.focus({ preventScroll: true });
    const target = node.querySelector(".explorer-dot, label:not(:has(input:checked)) span, input[type=range]") ?? input;
    target.scrollIntoView({ block: "center", behavior: "instant" });
    const box = target.getBoundingClientRect();
    const frame = probe.figure(id).querySelector(".explorer-panels").getBoundingClientRect();
    const middle = [frame.x + frame.width / 2, frame.y + frame.height / 2];
    probe.look(id);
    const part = input.type === "range" ? (input.value - input.min) / (input.max - input.min) : 0.5;
    return { box: [box.x, box.y, box.width, box.height], middle, part, focused: document.activeElement === input };
  },

  /** Numbers the way from the root to an element: the same for elements whose ancestors have the same names. */
  way() {
    const names = new Map();
    const ways = new Map();
    const way = (node) => {
      if (!node) return 0;
      if (!ways.has(node)) {
        const { parentElement, tagName, className } = node;
        const name = [way(parentElement), tagName, `${className}`.replace(/as-\d+/, ""), node.getAttribute("style")].join();
        if (!names.has(name)) names.set(name, names.size + 1);
        ways.set(node, names.get(name));
      }
      return ways.get(node);
    };
    return way;
  },

  /**
   * Makes the page small for axe, which asks for the style of every element. A formula in one colour, on its own
   * ground, becomes one glyph for each of its parts, as wide and as high; of the words of a listing that are coloured
   * alike two are kept, the others become plain text. Alike is what has the same names on the whole way from the root.
   */
  simplify() {
    const way = probe.way();
    const styles = new Map();
    const style = (node) => {
      if (!styles.has(way(node))) {
        const { color, backgroundColor } = getComputedStyle(node);
        styles.set(way(node), [color, backgroundColor]);
      }
      return styles.get(way(node));
    };
    for (const mathml of document.querySelectorAll(".katex-mathml")) mathml.remove();
    const plain = (base) => {
      const [color] = style(base);
      return [...base.querySelectorAll("*")].every((part) => style(part).join() === `${color},rgba(0, 0, 0, 0)`);
    };
    const found = [...document.querySelectorAll(".katex .base")].filter(plain);
    const sizes = found.map((base) => base.getBoundingClientRect());
    const sheet = document.head.appendChild(document.createElement("style")); // axe reads each style attribute
    sheet.textContent = sizes.map(({ width, height }, i) => `.as-${i} { width: ${width}px; height: ${height}px }`).join("");
    found.forEach((base, i) => {
      base.textContent = "x";
      base.classList.add(`as-${i}`);
    });
    const kept = new Map();
    for (const word of document.querySelectorAll("pre span:not(:has(*))")) {
      const count = (kept.get(way(word)) ?? 0) + 1;
      kept.set(way(word), count);
      if (count > 2 && word.attributes.length <= 1) word.replaceWith(word.textContent);
    }
    document.body.normalize();
  },

  /**
   * Thinner: a formula whose parts have become glyphs becomes one, and of the rows of tables, and of terms with their
   * definitions, those go of which each part, with the attributes that it has, was seen three times.
   */
  thin() {
    for (const base of document.querySelectorAll(".katex-html > .base[class*=as-]:only-child")) {
      const formula = base.closest(".katex");
      formula.classList.add([...base.classList].find((name) => name.startsWith("as-")));
      formula.textContent = "x";
    }
    const entry = (term) => {
      const parts = [term];
      for (let at = term.nextElementSibling; at?.tagName === "DD"; at = at.nextElementSibling) parts.push(at);
      return parts;
    };
    const terms = [...document.querySelectorAll("dl > dt:not(dt + dt)")];
    const rows = [...[...document.querySelectorAll("tbody tr")].map((row) => [row]), ...terms.map(entry)];
    const way = probe.way();
    const seen = new Map();
    for (const row of rows) {
      const parts = row.flatMap((part) => [part, ...part.querySelectorAll("*")]);
      const looks = parts.map((part) => `${way(part)} ${part.getAttributeNames()}`);
      if (looks.every((look) => seen.get(look) >= 3)) for (const part of row) part.remove();
      else for (const look of looks) seen.set(look, (seen.get(look) ?? 0) + 1);
    }
  },

  /**
   * Makes it smaller still: of the text there stays what has a look of its own, what scrolls, and the explorers. That is
   * enough to ask again, in another theme and at another width: the text's structure was seen in the first.
   */
  prune() {
    const text = document.querySelector("article");
    const kept = new Set([text]);
    const keep = (node) => {
      for (let at = node; at && !kept.has(at); at = at.parentElement) {
        kept.add(at);
        if (at.matches("dt, dd")) pair(at); // neither is allowed alone
      }
    };
    const pair = (node) => {
      while (node && node.tagName !== "DT") node = node.previousElementSibling;
      if (node) kept.add(node).add(node.nextElementSibling);
    };
    const scrolls = (node) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX === "auto";
    const whole = new Set([...text.querySelectorAll("figure.explorer, h1"), ...probe.looks()]);
    for (const node of [...whole, ...text.querySelectorAll("[tabindex]")]) keep(node);
    for (const node of text.querySelectorAll("*")) if (scrolls(node)) keep(node);
    const drop = (parent) => {
      for (const child of [...parent.children]) {
        if (!kept.has(child)) child.remove();
        else if (!whole.has(child)) drop(child);
      }
    };
    drop(text);
  },

  /** Wakes what rests out of sight, for good. */
  wake: () => document.documentElement.classList.remove("resting"),

  /** The page's height as it rests, and with everything laid out. */
  heights() {
    const root = document.documentElement;
    const resting = root.scrollHeight;
    root.classList.remove("resting");
    const awake = root.scrollHeight;
    root.classList.add("resting");
    return [resting, awake];
  },

  /** Blocks that are wider than their place: as they clip what they hold, they do not widen the page. */
  tooWide() {
    const { classList } = document.documentElement;
    const rests = classList.contains("resting");
    classList.remove("resting");
    const found = [...document.querySelectorAll("article section > :not(section)")].filter(
      (node) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX === "visible",
    );
    classList.toggle("resting", rests);
    return found.map((node) => node.outerHTML.slice(0, 200));
  },

  /** Formulas and tables that must be scrolled sideways, those that are folded away apart. */
  sideways() {
    const boxes = document.querySelectorAll(".math-scroll, span.math, .claim-statement, .ledger-formula, .table-wrap");
    const seen = [...boxes].filter((node) => node.clientWidth && !node.closest("details:not([open])"));
    const found = seen.filter((node) => node.scrollWidth > node.clientWidth);
    return found.map((node) => `${node.closest("[id]")?.id}: ${node.scrollWidth - node.clientWidth} px`);
  },

  /** Two elements of each look that a text of the page has: its colour, size and weight, and all grounds below it. */
  looks() {
    const grounds = new Map();
    const ground = (node) => {
      if (!node) return "";
      if (!grounds.has(node)) {
        const { backgroundColor, backgroundImage, opacity } = getComputedStyle(node);
        const own = [backgroundColor, backgroundImage, opacity].join().replace("rgba(0, 0, 0, 0),none,1", "");
        grounds.set(node, ground(node.parentElement) + own);
      }
      return grounds.get(node);
    };
    const count = {};
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const chosen = new Set();
    while (texts.nextNode()) {
      const node = texts.currentNode.parentElement;
      if (!texts.currentNode.data.trim() || node.closest("script, style")) continue;
      const { color, fontSize, fontWeight, textDecorationLine, display } = getComputedStyle(node);
      const link = node.closest("a");
      const around = link ? [link.className, link.parentElement.tagName, link.parentElement.className] : [];
      const key = [color, fontSize, fontWeight, textDecorationLine, display, ground(node), ...around].join("|");
      count[key] = (count[key] ?? 0) + 1;
      if (count[key] <= 2) chosen.add(link ?? node);
    }
    return [...chosen];
  },

  /** What axe finds serious by its rules of colour, which see each look of a text, by its others, or by all. */
  async serious(rules) {
    const colors = ["color-contrast", "link-in-text-block"];
    const chosen = {
      all: {},
      colours: { runOnly: colors },
      structure: { rules: Object.fromEntries(colors.map((id) => [id, { enabled: false }])) },
    };
    for (const node of document.querySelectorAll("[data-look]")) delete node.dataset.look;
    for (const node of probe.looks()) node.dataset.look = "";
    axe.configure({
      noHtml: true, // it would write down every element, the whole page among them
      rules: [
        { id: "color-contrast", selector: "[data-look]" },
        { id: "link-in-text-block", selector: "a[href][data-look]" },
      ],
    });
    const quick = { preload: false, resultTypes: ["violations"], elementRef: true };
    const { violations } = await axe.run(document, { ...quick, ...chosen[rules] });
    return violations
      .filter(({ impact }) => ["serious", "critical"].includes(impact))
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].element.outerHTML.slice(0, 200)}`);
  },
};
