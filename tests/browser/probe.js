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

  state(id) {
    const { explorer } = probe.figure(id);
    const numbers = explorer.numbers();
    return { values: explorer.values, numbers };
  },

  controls: (id) => [...probe.figure(id).querySelectorAll(".explorer-control, .explorer-handles [role=slider]")],

  kinds: (id) =>
    probe.controls(id).map((node) => {
      if (node.matches("[role=slider]")) return "point";
      if (node.querySelector("select")) return "menu";
      return node.classList.contains("is-choice") ? "segments" : "slider";
    }),

  /** Brings a control into sight and says what a hand needs to move it; null where it has no effect and says so. */
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
    const part = input.type === "range" ? (input.value - input.min) / (input.max - input.min) : 0.5;
    return { box: [box.x, box.y, box.width, box.height], middle, part, focused: document.activeElement === input };
  },

  /** A formula in one colour, on its own ground, is one glyph for axe: as wide and as high as it was. */
  simplify() {
    const plain = (base, color) =>
      [...base.querySelectorAll("*")].every((part) => {
        const style = getComputedStyle(part);
        return style.color === color && style.backgroundColor === "rgba(0, 0, 0, 0)";
      });
    const found = [...document.querySelectorAll(".katex .base")]
      .filter((base) => plain(base, getComputedStyle(base.closest(".katex")).color))
      .map((base) => [base, base.getBoundingClientRect().width]);
    for (const [base, width] of found) {
      const glyph = Object.assign(document.createElement("span"), { textContent: "x" });
      glyph.style.cssText = `display: inline-block; width: ${width}px`;
      base.replaceChildren(...base.querySelectorAll(":scope > .strut"), glyph);
    }
    for (const math of document.querySelectorAll(".katex-mathml math")) math.replaceChildren();
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

  /** What axe finds serious. Its rules of colour see each look of a text; the others see the whole page. */
  async serious(rules) {
    const colors = ["color-contrast", "link-in-text-block"];
    const quick = { preload: false, resultTypes: ["violations"] };
    const runs = [[{ include: probe.looks() }, { ...quick, runOnly: colors }]];
    if (rules !== "colours")
      runs.push([document, { ...quick, rules: Object.fromEntries(colors.map((id) => [id, { enabled: false }])) }]);
    const found = [];
    for (const [context, options] of runs) found.push(...(await axe.run(context, options)).violations);
    return found
      .filter(({ impact }) => ["serious", "critical"].includes(impact))
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html.slice(0, 200)}`);
  },
};
