// All cases, in columns: half a million objects would take seconds and half a gigabyte.
//     cases.cell[i], verdict[i], ratio[i], evaluations[i], id[i]        order: the numbers of the cases that match, sorted

const SHOWN_CASES = 200;
const sorting = { by: "ratio", down: true };

async function loadCases() {
  const packed = await unpack("#cases-data");
  const cells = new Map(page.cells.map((cell) => [cell.cell, cell]));
  const ratios = packed.ratio.map((tenths) => (tenths === null ? NaN : tenths <= -999 ? 0 : tenths >= 999 ? Infinity : 10 ** (tenths / 10)));
  return { ...packed, named: packed.cells.map((name) => cells.get(name) || { cell: name, text: name }), ratio: Float64Array.from(ratios) };
}

// What a term says of a case: most say something of its whole cell, or of its verdict, and that is asked once for all of its cases.
function judge(cases, wanted) {
  if (wanted.number === "ratio") return (i) => SIGNS[wanted.sign](cases.ratio[i], wanted.than);
  if (wanted.number === "evaluations") return (i) => SIGNS[wanted.sign](cases.evaluations[i], wanted.than);
  if (wanted.field === "verdict") {
    const verdicts = cases.verdicts.map((verdict) => contains(verdict, wanted.text));
    return (i) => verdicts[cases.verdict[i]];
  }
  const cells = cases.named.map((cell) => meets(cell, wanted));
  const named = !wanted.number && !wanted.field;
  return (i) => cells[cases.cell[i]] || (named && contains(cases.id[i], wanted.text));
}

function matchingCases(cases, query) {
  const judges = query.map((wanted) => [judge(cases, wanted), wanted.excluded]);
  const found = [];
  for (let i = 0; i < cases.cell.length; i++) if (judges.every(([judged, excluded]) => judged(i) !== excluded)) found.push(i);
  return found;
}

// The number to sort by; words by their place in the alphabet.
function sortKey(cases) {
  const ranks = (words) => { const sorted = [...words].sort(); return words.map((word) => sorted.indexOf(word)); };
  if (sorting.by === "verdict") { const rank = ranks(cases.verdicts); return (i) => rank[cases.verdict[i]]; }
  if (sorting.by === "cell") { const place = new Map([...cases.cells].sort().map((name, i) => [name, i])); return (i) => place.get(cases.cells[cases.cell[i]]); }
  return (i) => { const value = cases[sorting.by][i]; return Number.isNaN(value) ? -1 : value; };
}

async function showCases(query) {
  page.cases ??= loadCases();
  const cases = await page.cases;
  const found = matchingCases(cases, query);
  const key = sortKey(cases);
  const keys = new Float64Array(cases.cell.length);
  for (const i of found) keys[i] = key(i);
  found.sort((a, b) => (sorting.down ? keys[b] - keys[a] : keys[a] - keys[b]) || a - b);
  find("#cases-count").textContent = `${found.length.toLocaleString("en")} match; the first ${Math.min(SHOWN_CASES, found.length)} are shown.`;
  find("#cases-table tbody").replaceChildren(...found.slice(0, SHOWN_CASES).map((i) => caseRow(cases, i)));
  drawSpread(cases, found);
}

const readable = (value) => (Number.isNaN(value) ? "" : value === 0 || value === Infinity ? String(value) : value.toPrecision(2));

function caseRow(cases, i) {
  const row = document.createElement("tr");
  row.append(node("td", cases.verdicts[cases.verdict[i]].toLowerCase()), node("td", readable(cases.ratio[i]), "n"), node("td", cases.evaluations[i] || "", "n"));
  row.append(node("td", ""), node("td", cases.cells[cases.cell[i]]));
  row.cells[3].append(node("code", cases.id[i]));
  return row;
}

function sortBy(button) {
  sorting.down = sorting.by === button.dataset.sort ? !sorting.down : true;
  sorting.by = button.dataset.sort;
  all("#cases-table [aria-sort]").forEach((header) => header.setAttribute("aria-sort", "none"));
  button.closest("th").setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
  showCases(terms(find("#filter").value));
}

/* How the matching cases spread over error / allowed; dragging over it filters. */

const LOWEST = -8, DECADES = 16, BARS = 64;
const atRatio = (ratio) => Math.min(BARS - 1, Math.max(0, Math.floor(((Math.log10(ratio) - LOWEST) / DECADES) * BARS)));

function drawSpread(cases, found) {
  const counts = new Array(BARS).fill(0);
  for (const i of found) if (!Number.isNaN(cases.ratio[i])) counts[atRatio(cases.ratio[i])]++;
  const most = Math.log1p(Math.max(1, ...counts));
  all("#spread i").forEach((bar, k) => {
    bar.style.height = `${(100 * Math.log1p(counts[k])) / most}%`;
    bar.parentElement.title = counts[k] ? `${counts[k].toLocaleString("en")} cases near ${(10 ** (LOWEST + ((k + 0.5) * DECADES) / BARS)).toPrecision(1)}` : "";
  });
}

function makeSpread() {
  const spread = find("#spread");
  spread.append(...Array.from({ length: BARS }, (_, k) => { const slot = node("span", ""); slot.dataset.bar = k; slot.append(node("i", "")); return slot; }));
  const barAt = (event) => Math.max(0, Math.min(BARS - 1, Math.floor(((event.clientX - spread.getBoundingClientRect().left) / spread.clientWidth) * BARS)));
  let from = null;
  const mark = (to) => all("span", spread).forEach((slot, k) => slot.classList.toggle("is-marked", from !== null && k >= Math.min(from, to) && k <= Math.max(from, to)));
  spread.addEventListener("pointerdown", (event) => { from = barAt(event); spread.setPointerCapture(event.pointerId); mark(from); });
  spread.addEventListener("pointermove", (event) => from !== null && mark(barAt(event)));
  spread.addEventListener("pointerup", (event) => { const range = [from, barAt(event)].sort((a, b) => a - b); from = null; mark(0); brush(...range); });
}

function brush(low, high) {
  const edge = (k) => (10 ** (LOWEST + (k * DECADES) / BARS)).toPrecision(2);
  const bounds = [...(low > 0 ? [`ratio>=${edge(low)}`] : []), ...(high < BARS - 1 ? [`ratio<${edge(high + 1)}`] : [])];
  const rest = find("#filter").value.split(/\s+/).filter((word) => word && !/^ratio[<>=]/.test(word));
  find("#filter").value = [...rest, ...bounds].join(" ");
  applyFilter();
}
