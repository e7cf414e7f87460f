// What the page does beyond being read: theme, contents, copying, scrolling regions, finding one's way, filters, the reader's progress, printing.
// Everything works without it, only less comfortably.
(() => {
  "use strict";
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  const chosenTheme = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };

  function theme() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => {
      if (!chosenTheme()) root.dataset.theme = dark.matches ? "dark" : "light";
    });
    find(".bar-theme").addEventListener("click", () => {
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* the choice then lasts for this page */ }
    });
  }

  function contents() {
    const button = find(".bar-contents");
    const panel = find("#contents");
    const wide = matchMedia("(min-width: 62rem)");
    const shown = () => (wide.matches ? !root.classList.contains("contents-hidden") : root.classList.contains("contents-shown"));
    const announce = () => button.setAttribute("aria-expanded", String(shown()));
    const show = (yes) => {
      root.classList.toggle(wide.matches ? "contents-hidden" : "contents-shown", wide.matches ? !yes : yes);
      announce();
    };
    button.addEventListener("click", () => {
      show(!shown());
      if (!wide.matches && shown()) find("a", panel).focus();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !wide.matches && shown()) {
        show(false);
        button.focus();
      }
    });
    document.addEventListener("click", (event) => {
      if (!wide.matches && shown() && !panel.contains(event.target) && !button.contains(event.target)) show(false);
    });
    wide.addEventListener("change", announce);
    announce();
    const current = find("[aria-current]", panel);
    if (current) panel.scrollTop = current.offsetTop - panel.clientHeight / 2;
  }

  // A region that scrolls sideways must be reachable by keyboard; one that does not must not be a tab stop.
  function scrollingRegions() {
    const regions = ".math-scroll, .table-wrap, .claim-statement, .steps .math, .ledger-formula, div.highlight pre, figure.plot, .output.text_html, span.math";
    const measure = (within) => {
      const scrolls = (region) => region.scrollWidth > region.clientWidth + 1 && getComputedStyle(region).overflowX === "auto";
      // All are measured before the first is changed: one layout of the page, not one for each.
      const found = [within, ...all(regions, within)].filter((region) => region.matches(regions));
      for (const [region, yes] of found.map((region) => [region, scrolls(region)])) {
        if (yes) region.tabIndex = 0;
        else region.removeAttribute("tabindex");
      }
    };
    document.addEventListener("shown", (event) => measure(event.target));
    document.addEventListener("toggle", (event) => { if (event.target.open) measure(event.target); }, true);
  }

  // Blocks out of sight rest (book.css). Each is laid out once, in idle moments: then it has its own height, and what
  // scrolls in it can be reached. A page that is opened in its middle is laid out whole first, so that nothing moves there.
  function restOutOfSight() {
    const blocks = all("article section > :is(div, p, ul, ol, dl, blockquote, details, figure)");
    const idle = () => new Promise((done) => { (window.requestIdleCallback ?? setTimeout)(done); });
    const frame = () => new Promise((done) => { requestAnimationFrame(done); });
    let run = 0;
    const settle = async () => {
      const own = ++run;
      root.classList.remove("settled");
      await document.fonts.ready;
      for (let first = 0; first < blocks.length; first += 24) {
        await idle();
        if (own !== run) return;
        const some = blocks.slice(first, first + 24);
        for (const block of some) block.style.setProperty("content-visibility", "visible");
        // A height is kept when its frame has been drawn: once its fonts, asked for only now, and its explorer are there.
        await frame();
        await document.fonts.ready;
        for (let [same, before] = [0, ""]; same < 2;) {
          await frame();
          const now = some.map((block) => block.offsetHeight).join();
          same = now === before ? same + 1 : 0;
          before = now;
        }
        for (const block of some) block.dispatchEvent(new Event("shown", { bubbles: true }));
        for (const block of some) block.style.removeProperty("content-visibility");
      }
      root.classList.add("resting");
      await frame();
      if (own === run) root.classList.add("settled");
    };
    let [width, waiting] = [innerWidth, 0];
    addEventListener("resize", () => {
      clearTimeout(waiting);
      if (innerWidth !== width) waiting = setTimeout(() => { width = innerWidth; settle(); }, 150);
    });
    if (document.readyState === "complete") settle();
    else addEventListener("load", settle);
    // Who follows a link before that is done is taken to its place among the blocks as they are.
    addEventListener("hashchange", () => {
      if (root.classList.contains("settled")) return;
      root.classList.remove("resting");
      document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
    });
  }

  function copyingCode() {
    const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘C" : "Ctrl+C";
    for (const block of all(".cell_input div.highlight")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        const code = find("pre", block);
        try {
          await navigator.clipboard.writeText(code.textContent);
          button.textContent = "Copied";
        } catch { // refused, or not there at all
          getSelection().selectAllChildren(code);
          button.textContent = `Not allowed: press ${keys}`;
        }
        setTimeout(() => { button.textContent = "Copy"; }, 2500);
      });
      button.setAttribute("aria-live", "polite");
      block.append(button);
    }
  }

  // A selection with formulas is copied with their LaTeX. (KaTeX holds each formula three times: MathML, LaTeX, glyphs.)
  function copyingFormulas() {
    const formulaAt = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("span.math, .katex-display, .katex");
    document.addEventListener("copy", (event) => {
      const selection = getSelection();
      if (selection.isCollapsed || document.activeElement?.matches("input, textarea")) return;
      const range = selection.getRangeAt(0).cloneRange();
      const [first, last] = [formulaAt(range.startContainer), formulaAt(range.endContainer)];
      if (first) range.setStartBefore(first);
      if (last) range.setEndAfter(last);
      const copy = document.createElement("div");
      copy.append(range.cloneContents());
      const formulas = all(".katex", copy);
      if (!formulas.length) return;
      for (const formula of formulas) {
        const latex = find("annotation", formula).textContent.replace(/^\\displaystyle\s*/, "").trim();
        const display = formula.closest(".katex-display");
        (display ?? formula).replaceWith(display ? `$$${latex}$$` : `$${latex}$`);
      }
      // Lines are where the page has them: the text is read off the page.
      copy.className = "copied";
      document.body.append(copy);
      event.clipboardData.setData("text/plain", copy.innerText);
      event.clipboardData.setData("text/html", copy.innerHTML);
      copy.remove();
      event.preventDefault();
    });
  }

  // A page that was opened from a file cannot save another file: say where the notebook lies.
  function downloading() {
    const link = find(".bar-download");
    if (!link || location.protocol !== "file:") return;
    const dialog = document.createElement("dialog");
    dialog.className = "notice";
    dialog.setAttribute("aria-label", "Where the notebook lies");
    dialog.innerHTML = `<p>This page was opened from a file, and a browser saves nothing from there. The notebook of this chapter lies at</p>
      <p><code translate="no"></code></p><p>Copy it from there, or open it with JupyterLab.</p><form method="dialog"><button>Close</button></form>`;
    find("code", dialog).textContent = decodeURIComponent(new URL(link.href).pathname).replace(/^\/(?=[A-Za-z]:)/, "");
    document.body.append(dialog);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
    });
  }

  // "On this page": open beside a wide page, folded above a narrow one; both follow the reader.
  function whereWeAre() {
    const links = new Map(all(".onpage a[href^='#']").map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
    const sections = all("article section[id]").filter((section) => links.has(section.id));
    if (!sections.length) return;
    const fold = find(".onpage details");
    const box = find("nav", fold);
    const narrow = matchMedia("(max-width: 81.99rem)");
    narrow.addEventListener("change", () => { fold.open = !narrow.matches; });
    const close = () => { if (narrow.matches) fold.open = false; };
    box.addEventListener("click", (event) => { if (event.target.closest("a")) close(); });
    document.addEventListener("click", (event) => { if (!fold.contains(event.target)) close(); });
    fold.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && narrow.matches && fold.open) {
        fold.open = false;
        find("summary", fold).focus({ preventScroll: true });
      }
    });
    let waiting = false;
    const update = () => {
      waiting = false;
      const passed = sections.filter((section) => section.getBoundingClientRect().top < 140);
      const here = links.get(passed.at(-1)?.id);
      for (const link of links.values()) {
        if (link === here) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
      find(".onpage-here", fold).textContent = here?.textContent ?? "";
      if (!here) return;
      const [mark, frame] = [here.getBoundingClientRect(), box.getBoundingClientRect()];
      if (mark.top < frame.top || mark.bottom > frame.bottom) box.scrollTop += mark.top - frame.top - box.clientHeight / 3;
    };
    fold.addEventListener("toggle", update);
    addEventListener("scroll", () => {
      if (!waiting) {
        waiting = true;
        requestAnimationFrame(update);
      }
    }, { passive: true });
    update();
  }

  // A field for words and lists of choices above the rows of a table. `choices` are lists of [shown, class of the rows].
  function filterRows({ name, noun, rows, after, choices, sections = [] }) {
    if (!rows.length || !after) return;
    const bar = document.createElement("form");
    bar.className = "filter";
    bar.innerHTML = `<label class="visually-hidden" for="${name}-words">Show ${noun}s with these words</label>
      <input id="${name}-words" type="search" placeholder="Show ${noun}s with these words" autocomplete="off">
      ${choices.map(({ key, one }) => `<label class="visually-hidden" for="${name}-${key}">Show ${noun}s of this ${one}</label>
      <select id="${name}-${key}" autocomplete="off"><option value="">every ${one}</option></select>`).join("")}
      <span class="filter-count" role="status"></span>`;
    const [input, lists] = [find("input", bar), all("select", bar)];
    for (const [position, { options }] of choices.entries()) {
      for (const [shown, mark] of options) if (rows.some((row) => row.classList.contains(mark))) lists[position].add(new Option(shown, mark));
    }
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const update = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const marks = lists.map((list) => list.value).filter(Boolean);
      for (const row of rows) row.hidden = !(words.every((word) => texts.get(row).includes(word)) && marks.every((mark) => row.classList.contains(mark)));
      for (const section of sections) section.hidden = !find("tr:is(.ledger-row, .filter-row):not([hidden])", section);
      const shown = rows.filter((row) => !row.hidden).length;
      const filtered = words.length > 0 || marks.length > 0;
      const wider = choices.map(({ one }) => `every ${one}`).join(", ");
      find("[role=status]", bar).textContent = !filtered ? "" : shown ? `${shown} of ${rows.length} ${noun}s` : `No ${noun} matches. Try fewer words${wider ? `, or ${wider}` : ""}.`;
    };
    // Kept with the page's place in the history, so that Back brings it back; a browser would restore the fields alone.
    bar.addEventListener("input", () => {
      history.replaceState({ ...history.state, [name]: [input, ...lists].map((field) => field.value) }, "");
      update();
    });
    bar.addEventListener("submit", (event) => event.preventDefault());
    after.after(bar);
    const kept = history.state?.[name] ?? [];
    for (const [position, field] of [input, ...lists].entries()) field.value = kept[position] ?? "";
    update();
  }

  function ledger() {
    const kinds = { definition: "Definition", proved: "Proved", derivation: "Derived", agrees: "Agrees", gradient: "Gradient checked", refuted: "Refuted" };
    const options = Object.entries(kinds).map(([kind, word]) => [word, `ledger-${kind}`]);
    filterRows({ name: "ledger", noun: "claim", rows: all("tr.ledger-row"), after: find(".ledger-summary"), choices: [{ key: "kind", one: "kind", options }], sections: all(".ledger-chapter") });
  }

  // A table that the build marked (the clinic, the exercises, …): what can be chosen are the words of some of its columns.
  function tables() {
    for (const table of all(".filter-table")) {
      const rows = all("tr.filter-row", table);
      const columns = /filter-columns-([\d-]+)/.exec(table.className)?.[1].split("-").map(Number) ?? [];
      const choices = columns.map((column) => {
        const words = rows.map((row) => find(`td:nth-child(${column})`, row).textContent.trim());
        const one = find(`th:nth-child(${column})`, table).textContent.trim().toLowerCase();
        const mark = (word) => `filter-${word.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}`;
        return { key: `column-${column}`, one, options: [...new Set(words)].filter(Boolean).map((word) => [word, mark(word)]) };
      });
      const summary = table.previousElementSibling;
      const noun = /filter-of-([a-z]+)/.exec(summary.className)[1];
      filterRows({ name: `table-${all(".filter-table").indexOf(table)}`, noun, rows, after: summary, choices });
    }
  }

  // Chapters read and exercises solved, as the reader marks them: kept in this browser, sent nowhere.
  function progress() {
    const KEY = "dlmath-progress";
    const place = find("main > .progress");
    const own = root.dataset.page;
    // { read: [pages], solved: ["page#exercise-3"] }; null where the browser keeps nothing.
    const load = () => {
      let text;
      try { text = localStorage.getItem(KEY); } catch { return null; }
      try {
        const { read, solved } = JSON.parse(text ?? "{}");
        const strings = (list) => new Set(Array.isArray(list) ? list.filter((one) => typeof one === "string") : []);
        return { read: strings(read), solved: strings(solved) };
      } catch { return { read: new Set(), solved: new Set() }; }
    };
    const save = ({ read, solved }) => {
      try {
        if (read.size + solved.size === 0) localStorage.removeItem(KEY);
        else localStorage.setItem(KEY, JSON.stringify({ read: [...read], solved: [...solved] }));
      } catch { /* full, or blocked since: what is shown then is what is kept */ }
      show();
    };
    const base = new URL(root.dataset.content_root, location.href);
    const pageOf = (link) => link.href.split("#")[0].replace(base.href.split("#")[0], "").replace(/\.html$/, "");
    const toggle = (list, one) => {
      const kept = load();
      if (!kept) return;
      if (!kept[list].delete(one)) kept[list].add(one);
      save(kept);
    };
    const button = (words, label, act) => {
      const made = Object.assign(document.createElement("button"), { type: "button", className: "mark", textContent: words });
      if (label) made.setAttribute("aria-label", label);
      made.addEventListener("click", act);
      return made;
    };
    const tick = (link, yes, word) => {
      find(".done", link)?.remove();
      if (!yes) return;
      const mark = Object.assign(document.createElement("span"), { className: "done", textContent: " ✓" });
      mark.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: ` ${word}` }));
      link.append(mark);
    };
    const listed = all("table.exercises a[href*='#exercise-']");
    const solvedButtons = all("[id^='exercise-']").filter(({ id }) => /^exercise-\d+$/.test(id)).map((target) => {
      const heading = find("h3", target.closest("section"));
      const made = button("Solved", `Solved: ${heading.firstChild.textContent.trim()}`, () => toggle("solved", `${own}#${target.id}`));
      heading.after(made);
      return [made, `${own}#${target.id}`];
    });
    const readButton = button("I have read this chapter", "", () => toggle("read", own));
    const forget = button("Forget all", "Forget all my progress", () => {
      if (confirm("Forget which chapters you have read and which exercises you have solved?")) save({ read: new Set(), solved: new Set() });
    });
    const said = Object.assign(document.createElement("span"), { className: "progress-said" });
    said.setAttribute("role", "status");
    function show() {
      const kept = load();
      for (const [made] of solvedButtons) made.hidden = !kept;
      if (!kept) {
        if (place) place.textContent = "This browser keeps nothing for this page (its storage is blocked), so chapters read and exercises solved cannot be marked.";
        return;
      }
      for (const [made, one] of solvedButtons) made.setAttribute("aria-pressed", String(kept.solved.has(one)));
      readButton.setAttribute("aria-pressed", String(kept.read.has(own)));
      for (const link of all("#contents a")) tick(link, kept.read.has(pageOf(link)), "read");
      for (const link of listed) tick(link, kept.solved.has(`${pageOf(link)}#${link.href.split("#")[1]}`), "solved");
      if (!place) return;
      const many = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
      if (place.classList.contains("progress-all")) {
        const any = kept.read.size + kept.solved.size > 0;
        forget.hidden = !any;
        said.textContent = any
          ? `You have marked ${many(kept.read.size, "chapter")} as read and ${many(kept.solved.size, "exercise")} as solved. That is kept in this browser and sent nowhere.`
          : "Mark the chapters that you have read and the exercises that you have solved, at their ends and beside their titles. That is kept in this browser and sent nowhere.";
      } else {
        const solved = solvedButtons.filter(([, one]) => kept.solved.has(one)).length;
        said.textContent = solvedButtons.length ? `${solved} of ${many(solvedButtons.length, "exercise")} solved` : "";
      }
    }
    if (place) place.append(...(place.classList.contains("progress-all") ? [said, forget] : [readButton, said]));
    addEventListener("storage", (event) => { if (event.key === KEY || event.key === null) show(); });
    addEventListener("pageshow", (event) => { if (event.persisted) show(); });
    show();
  }

  // On paper nothing scrolls: what cannot be broken and is wider than the page is set smaller.
  function fitForPaper() {
    const page = 40 * parseFloat(getComputedStyle(document.body).fontSize);
    for (const formula of all(".katex")) {
      const widest = Math.max(0, ...all(".base", formula).map((part) => part.getBoundingClientRect().width));
      if (widest > page) formula.style.setProperty("--fit", page / widest);
    }
    for (const table of all(".table-wrap > table")) {
      if (table.scrollWidth > page) table.style.setProperty("--fit", page / table.scrollWidth);
    }
  }

  function printing() {
    let folded = [];
    addEventListener("beforeprint", () => {
      folded = all("details:not([open])");
      for (const fold of folded) fold.open = true;
      fitForPaper();
    });
    addEventListener("afterprint", () => {
      for (const fold of folded) fold.open = false;
    });
    find(".bar-print").addEventListener("click", () => print());
  }

  // A link into a fold opens it.
  function unfold() {
    const open = () => {
      const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      const fold = target && target.closest("details:not([open])");
      if (fold) {
        fold.open = true;
        target.scrollIntoView();
      }
    };
    addEventListener("hashchange", open);
    open();
  }

  for (const part of [theme, contents, scrollingRegions, restOutOfSight, copyingCode, copyingFormulas, downloading, whereWeAre, ledger, tables, progress, printing, unfold]) part();
})();
