// What the page does beyond being read: theme, contents panel, copying, scrolling regions, the ledger's filter, printing.
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
    const measure = () => {
      for (const region of all(regions)) {
        const scrolls = region.scrollWidth > region.clientWidth + 1 && getComputedStyle(region).overflowX === "auto";
        if (scrolls) {
          region.tabIndex = 0;
        } else {
          region.removeAttribute("tabindex");
        }
      }
    };
    measure();
    document.fonts?.ready.then(measure);
    let waiting = 0;
    addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(measure, 150);
    });
    document.addEventListener("toggle", measure, true);
  }

  function copying() {
    if (!navigator.clipboard) return;
    for (const block of all(".cell_input div.highlight")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(find("pre", block).textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      block.append(button);
    }
  }

  function whereWeAre() {
    const links = new Map(all(".onpage a[href^='#']").map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
    const sections = all("article section[id]").filter((section) => links.has(section.id));
    if (!sections.length) return;
    let waiting = false;
    const update = () => {
      waiting = false;
      const passed = sections.filter((section) => section.getBoundingClientRect().top < 140);
      const here = passed.at(-1);
      for (const [id, link] of links) {
        if (here && id === here.id) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    };
    addEventListener("scroll", () => {
      if (!waiting) {
        waiting = true;
        requestAnimationFrame(update);
      }
    }, { passive: true });
    update();
  }

  function ledger() {
    const rows = all("tr.ledger-row");
    const summary = find(".ledger-summary");
    if (!rows.length || !summary) return;
    const bar = document.createElement("form");
    bar.className = "ledger-filter";
    bar.innerHTML = `<label class="visually-hidden" for="ledger-words">Show claims with these words</label>
      <input id="ledger-words" type="search" placeholder="Show claims with these words" autocomplete="off">
      <label class="visually-hidden" for="ledger-kind">Show claims of this kind</label>
      <select id="ledger-kind"><option value="">every kind</option></select>
      <span class="ledger-count" role="status"></span>`;
    const kinds = { definition: "Definition", proved: "Proved", derivation: "Derived", agrees: "Agrees", gradient: "Gradient checked", refuted: "Refuted" };
    for (const [kind, word] of Object.entries(kinds)) {
      if (rows.some((row) => row.classList.contains(`ledger-${kind}`))) find("select", bar).add(new Option(word, `ledger-${kind}`));
    }
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const update = () => {
      const words = find("input", bar).value.toLowerCase().split(/\s+/).filter(Boolean);
      const kind = find("select", bar).value;
      for (const row of rows) row.hidden = !(words.every((word) => texts.get(row).includes(word)) && (!kind || row.classList.contains(kind)));
      for (const chapter of all(".ledger-chapter")) chapter.hidden = !find("tr.ledger-row:not([hidden])", chapter);
      const shown = rows.filter((row) => !row.hidden).length;
      const filtered = words.length > 0 || kind !== "";
      find("[role=status]", bar).textContent = !filtered ? "" : shown ? `${shown} of ${rows.length} claims` : "No claim matches. Try fewer words, or every kind.";
    };
    bar.addEventListener("input", update);
    bar.addEventListener("submit", (event) => event.preventDefault());
    summary.after(bar);
  }

  function printing() {
    let folded = [];
    addEventListener("beforeprint", () => {
      folded = all("details:not([open])");
      for (const fold of folded) fold.open = true;
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

  for (const part of [theme, contents, scrollingRegions, copying, whereWeAre, ledger, printing, unfold]) part();
})();
