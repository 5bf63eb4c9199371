// The page is complete without this script; it adds filtering, drill-down, sorting, keyboard and copying. Foreign text only ever enters by textContent.

const page = { cells: [], cases: null, plots: [], current: -1 };
const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

async function unpack(id) {
  const bytes = Uint8Array.from(atob(find(id).content.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

function node(tag, text, name) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

async function applyFilter() {
  const query = terms(find("#filter").value);
  const matching = query.some(ofCases) ? await cellsOfCases(query) : page.cells.filter((cell) => matches(cell, query));
  const findings = filterFindings(query, matching);
  filterMatrix(query.length ? matching : null);
  find("#filtered").textContent = query.length ? `${matching.length} cells, ${findings} findings` : "";
  if (page.cases) await showCases(query);
}

// What is said of cases keeps the cells that have such a case.
async function cellsOfCases(query) {
  const cases = await loadCases();
  return [...new Set(matchingCases(cases, query).map((i) => cases.named[cases.cell[i]]))].filter((cell) => cell.row !== undefined);
}

function filterFindings(query, cells) {
  const reached = new Set(cells.map((cell) => cell.finding));
  const shown = all(".finding").filter((finding) => (finding.hidden = query.length > 0 && !reached.has(finding.id)) === false);
  page.current = -1;
  return shown.length;
}

function filterMatrix(matching) {
  const kept = matching && new Set(matching.map((cell) => `${cell.row} ${cell.column}`));
  all("#matrix .op").forEach((row, i) => {
    const squares = [...row.cells].slice(1);
    const inside = squares.map((square, j) => !kept || kept.has(`${i} ${j}`));
    squares.forEach((square, j) => square.classList.toggle("is-out", !inside[j]));
    row.hidden = kept !== null && !inside.includes(true);
  });
  all("#matrix tbody").forEach((group) => (group.hidden = all(".op", group).every((row) => row.hidden)));
}

function whenSeen(element, action) {
  const watch = new IntersectionObserver((seen) => { if (seen[0].isIntersecting) { watch.disconnect(); action(); } }, { rootMargin: "400px" });
  watch.observe(element);
}

/* Drill-down: what lies behind a square */

function openSquare(square) {
  const row = all("#matrix .op").indexOf(square.parentElement);
  const cells = page.cells.filter((cell) => cell.row === row && cell.column === square.cellIndex - 1);
  if (!cells.length) return;
  const { op, family, dtype, device, backend } = cells[0];
  find("#square-title").textContent = `${op}: ${family} (${dtype}, ${device}, ${backend})`;
  find("#square tbody").replaceChildren(...cells.map(cellRow));
  find("#square").showModal();
}

function cellRow(cell) {
  const row = document.createElement("tr");
  const holds = cell.verdict === "HOLDS" && cell.valid > 3;
  const numbers = [cell.valid, cell.attempted, cell.vacuous, cell.inconclusive, cell.rejected, holds ? `${(300 / cell.valid).toPrecision(2)} %` : ""];
  row.append(node("td", cell.law), node("td", cell.verdict.toLowerCase()), ...numbers.map((value) => node("td", value, "n")), node("td", cell.reason));
  return row;
}

function moveInMatrix(event) {
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const active = find("#matrix .is-active");
  if (event.key === "Enter" && active) return openSquare(active);
  if (!moves[event.key] || event.target !== event.currentTarget) return;
  const rows = all("#matrix .op").filter((row) => !row.hidden);
  const at = active ? [rows.indexOf(active.parentElement), active.cellIndex] : [0, 0];
  const row = rows[at[0] + (active ? moves[event.key][0] : 0)];
  const wanted = row?.cells[active ? at[1] + moves[event.key][1] : 1];
  const next = wanted?.hidden ? find("td:not([hidden])", row) : wanted;
  if (!next || next.cellIndex === 0) return;
  active?.classList.remove("is-active");
  next.classList.add("is-active");
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
  event.preventDefault();
}

/* Copying and moving between findings */

async function copy(id) {
  const text = document.getElementById(id).textContent;
  try {
    await navigator.clipboard.writeText(text);
    tell("Copied");
  } catch {
    getSelection().selectAllChildren(document.getElementById(id));
    tell("Selected: press Ctrl+C");
  }
}

function tell(words) {
  const toast = find("#toast");
  toast.textContent = words;
  toast.classList.add("is-shown");
  setTimeout(() => toast.classList.remove("is-shown"), 1600);
}

function goToFinding(by) {
  const shown = all(".finding").filter((finding) => !finding.hidden);
  if (!shown.length) return tell("No finding");
  page.current = Math.max(0, Math.min(shown.length - 1, page.current + by));
  reveal(shown[page.current]);
}

function reveal(finding) {
  find(".story", finding).open = true;
  finding.focus({ preventScroll: true });
  finding.scrollIntoView({ block: "start" });
}

function copyReproduction() {
  const finding = document.activeElement.closest(".finding") || find(".finding:not([hidden])");
  if (finding) copy(find(".copy.main", finding).dataset.copy);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
  if (event.target === find("#filter")) return event.key === "Escape" && clearFilter();
  const actions = { "/": () => find("#filter").focus(), j: () => goToFinding(1), k: () => goToFinding(-1), r: copyReproduction, "?": () => find("#help").showModal() };
  if (!actions[event.key] || event.target.matches("input[type=search], textarea")) return;
  event.preventDefault();
  actions[event.key]();
}

function clearFilter() {
  find("#filter").value = "";
  find("#filter").blur();
  applyFilter();
}

function revealTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.matches(".finding")) reveal(target);
}

function addPlot(show) {
  page.plots.push(show);
  clearTimeout(page.drawing);
  page.drawing = setTimeout(() => showCases(terms(find("#filter").value)));
}

async function start() {
  const packed = await unpack("#cells-data");
  const names = Object.keys(packed);
  page.cells = packed.cell.map((_, i) => Object.fromEntries(names.map((name) => [name, packed[name][i]])));
  page.cells.forEach((cell) => (cell.text = [cell.cell, cell.law, cell.op, cell.reason].join(" ")));
  all(".scripted, .copy").forEach((element) => (element.hidden = false));
  document.body.classList.add("is-scripted");
  let waiting = 0;
  find("#filter").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(applyFilter, 120); });
  find(".filter").addEventListener("submit", (event) => event.preventDefault());
  find("#help-button").addEventListener("click", () => find("#help").showModal());
  find("#matrix")?.addEventListener("click", (event) => !event.target.closest("a") && event.target.closest("td[class]") && openSquare(event.target.closest("td")));
  find("#matrix")?.addEventListener("keydown", moveInMatrix);
  all("[data-copy]").forEach((button) => button.addEventListener("click", () => copy(button.dataset.copy)));
  all("[data-sort]").forEach((button) => button.addEventListener("click", () => sortBy(button)));
  addEventListener("keydown", onKey);
  addEventListener("hashchange", revealTarget);
  addEventListener("beforeprint", () => all("details").forEach((each) => (each.open = true)));
  revealTarget();
  whenSeen(find("#cases"), () => addPlot(makeSpread(find("#spread"))));
  const panels = find("#landscape .panels");
  if (panels) whenSeen(panels, () => all(".plot", panels).forEach((holder) => addPlot(makePanel(holder))));
  document.body.dataset.ready = Math.round(performance.now());
}

if ("DecompressionStream" in window) start();
