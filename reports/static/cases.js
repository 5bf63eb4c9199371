// All cases, in columns: half a million objects would take seconds and half a gigabyte.
//     cases.cell[i], verdict[i], evaluations[i], id[i], tenths.ratio[i] ...        order: the numbers of the cases that match, sorted
// tenths.ratio = round(10 log10(error / allowed)), and likewise size, conditioning, kink and resolution; null where there is none.

const SHOWN_CASES = 200;
const INFINITE = 999;
const sorting = { by: "ratio", down: true };

const loadCases = () => (page.cases ??= unpack("#cases-data").then((packed) => {
  const cells = new Map(page.cells.map((cell) => [cell.cell, cell]));
  return { ...packed, named: packed.cells.map((name) => cells.get(name) || { cell: name, text: name }) };
}));

const toTenths = (value) => Math.max(-INFINITE, Math.min(INFINITE, Math.round(10 * Math.log10(value))));

// What a term says of a case: most say something of its whole cell, or of its verdict, and that is asked once for all of its cases.
function judge(cases, wanted) {
  const tenths = cases.tenths[wanted.number], than = toTenths(wanted.than);
  if (tenths) return (i) => tenths[i] !== null && SIGNS[wanted.sign](tenths[i], than);
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
  const values = cases.tenths[sorting.by] || cases[sorting.by];
  return (i) => values[i] ?? -INFINITE - 1;
}

async function showCases(query) {
  const cases = await loadCases();
  const told = await (page.details ??= unpack("#details-data"));
  const found = matchingCases(cases, query);
  page.plots.forEach((show) => show(cases, found));
  const key = sortKey(cases);
  const keys = new Float64Array(cases.cell.length);
  for (const i of found) keys[i] = key(i);
  found.sort((a, b) => (sorting.down ? keys[b] - keys[a] : keys[a] - keys[b]) || a - b);
  find("#cases-count").textContent = `${found.length.toLocaleString("en")} match; the first ${Math.min(SHOWN_CASES, found.length)} are shown.`;
  find("#cases-table tbody").replaceChildren(...found.slice(0, SHOWN_CASES).map((i) => caseRow(cases, i, told[i])));
}

function readable(tenths) {
  if (tenths === null) return "";
  return Math.abs(tenths) === INFINITE ? String(tenths < 0 ? 0 : Infinity) : (10 ** (tenths / 10)).toPrecision(2);
}

function caseRow(cases, i, details) {
  const row = document.createElement("tr");
  row.append(node("td", cases.verdicts[cases.verdict[i]].toLowerCase()), node("td", readable(cases.tenths.ratio[i]), "n"), node("td", cases.evaluations[i] || "", "n"));
  row.append(node("td", ""), node("td", cases.cells[cases.cell[i]]));
  row.cells[3].append(details ? node("button", cases.id[i] || "case", "told") : node("code", cases.id[i]));
  if (details) row.cells[3].firstChild.addEventListener("click", () => openCase(cases, i, details));
  return row;
}

function openCase(cases, i, details) {
  find("#case-title").textContent = `${cases.verdicts[cases.verdict[i]].toLowerCase()}: ${cases.cells[cases.cell[i]]}`;
  const entries = [["case", cases.id[i]], ["error / allowed", readable(cases.tenths.ratio[i])], ...Object.entries(details)];
  find("#case tbody").replaceChildren(...entries.filter(([, told]) => told).map(([name, told]) => {
    const row = document.createElement("tr");
    row.append(node("th", name), node("td", told));
    return row;
  }));
  find("#case").showModal();
}

function sortBy(button) {
  sorting.down = sorting.by === button.dataset.sort ? !sorting.down : true;
  sorting.by = button.dataset.sort;
  all("#cases-table [aria-sort]").forEach((header) => header.setAttribute("aria-sort", "none"));
  button.closest("th").setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
  showCases(terms(find("#filter").value));
}
