// Plots of all cases, drawn by uPlot; brushing.js filters to what is chosen in them.
//     positions are tenths of decades: x = 10 log10(the property), y = 10 log10(error / allowed)

const SHADES = ["2e", "5c", "8f", "c0", "f2"]; // opacity, darker for more cases
const EDGE = 80; // of error / allowed: what lies beyond is drawn at the edge
const FARTHEST = 200; // likewise of a property
const HEIGHTS = { panel: 270, spread: 150 };
const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
const power = (tenths) => (tenths % 10 ? "" : tenths >= 0 && tenths <= 30 ? String(10 ** (tenths / 10)) : `1e${tenths / 10}`);
const wholeDecades = (_, low, high) => [Math.floor(low / 10 - 0.05) * 10, Math.ceil(high / 10 + 0.05) * 10];
const held = (tenths, edge) => Math.max(-edge, Math.min(edge, tenths));

function axis(options) {
  const font = "11.5px system-ui, sans-serif";
  return { stroke: () => colour("--quiet"), grid: { stroke: () => colour("--line"), width: 1 }, ticks: { show: false }, font, labelFont: font, gap: 4, ...options };
}

const decades = (options) => axis({ incrs: [10, 20, 30, 40, 50, 100], values: (_, ticks) => ticks.map(power), space: 34, ...options });

// `across` and `up` name what the axes show, in the words of the filter.
function makePlot(holder, kind, across, up, series, axes, scales) {
  const drag = { x: true, y: Boolean(up), setScale: false };
  const options = {
    width: holder.clientWidth, height: HEIGHTS[kind], series: [{}, ...series], axes, scales,
    legend: { show: false }, padding: [12, 22, 0, 0],
    cursor: { drag, points: { show: false }, y: Boolean(up), bind: { dblclick: () => () => brush({ [across]: null, ...(up && { [up]: null }) }) } },
    hooks: { setSelect: [(plot) => selected(plot, across, up)], draw: [(plot) => drawAllowed(plot, up ? "y" : "x")] },
  };
  const plot = new uPlot(options, series.map(() => []).concat([[]]), holder);
  brushByTouch(plot, across, up);
  brushByKeys(plot, holder, across, up);
  new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: HEIGHTS[kind] })).observe(holder);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());
  return plot;
}

function drawAllowed(plot, scale) {
  if (plot.scales[scale].min > 0 || plot.scales[scale].max < 0) return;
  const at = plot.valToPos(0, scale, true);
  const { left, top, width, height } = plot.bbox;
  plot.ctx.fillStyle = colour("--broken");
  if (scale === "y") plot.ctx.fillRect(left, at - devicePixelRatio, width, 2 * devicePixelRatio);
  else plot.ctx.fillRect(at - devicePixelRatio, top, 2 * devicePixelRatio, height);
}

/* Error / allowed over a property: one dot per tenth of a decade each way */

function makePanel(holder) {
  const dots = (fill) => ({ paths: () => null, points: { show: true, size: 4, width: 0, stroke: fill, fill } });
  const series = [...SHADES.map((shade) => dots(() => colour("--holds") + shade)), dots(() => colour("--broken"))];
  const axes = [decades({ size: 30, space: 50 }), decades({ size: 46 })];
  const ranges = { x: { time: false, range: wholeDecades }, y: { range: wholeDecades } };
  const plot = makePlot(holder, "panel", holder.dataset.place, "ratio", series, axes, ranges);
  return (cases, found) => showDots(plot, dotsOf(cases, found, holder.dataset.place));
}

// Map from the place of a dot (x, y, does it hold) to its number of cases.
function dotsOf(cases, found, place) {
  const xs = cases.tenths[place], ys = cases.tenths.ratio, dots = new Map();
  const kind = cases.verdicts.map((verdict) => ["HOLDS", "BROKEN"].indexOf(verdict));
  for (const i of found) {
    if (xs[i] === null || ys[i] === null || kind[cases.verdict[i]] < 0) continue;
    const key = ((held(xs[i], FARTHEST) + FARTHEST) * 256 + held(ys[i], EDGE) + EDGE) * 2 + kind[cases.verdict[i]];
    dots.set(key, (dots.get(key) || 0) + 1);
  }
  return dots;
}

function showDots(plot, dots) {
  const keys = [...dots.keys()].sort((a, b) => a - b), most = Math.log1p(Math.max(1, ...dots.values()));
  const data = plot.series.map(() => new Array(keys.length).fill(null));
  keys.forEach((key, i) => {
    const shade = Math.round(((SHADES.length - 1) * Math.log1p(dots.get(key))) / most);
    data[0][i] = Math.floor(key / 512) - FARTHEST;
    data[1 + (key % 2 ? SHADES.length : shade)][i] = (Math.floor(key / 2) % 256) - EDGE;
  });
  const [low, high] = keys.length ? wholeDecades(plot, data[0][0], data[0].at(-1)) : [0, 1];
  plot.series.slice(1).forEach((each) => (each.points.size = Math.max(3, Math.min(9, (0.9 * plot.over.clientWidth) / (high - low)))));
  plot.setData(data);
}

/* How many cases came how close: bars as high as log10(1 + cases) */

const BAR = 2; // tenths of a decade
const high = (cases) => Math.log10(1 + cases);

function makeSpread(holder) {
  const bars = (name) => ({ paths: uPlot.paths.bars({ size: [0.9, 24], align: 1 }), fill: () => colour(name), width: 0, points: { show: false } });
  const splits = (plot) => [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6].map(high).filter((at) => at <= plot.scales.y.max);
  const counts = axis({ size: 46, splits, values: (_, ticks) => ticks.map((tick) => Math.round(10 ** tick - 1).toLocaleString("en")) });
  const scales = { x: { time: false, range: wholeDecades }, y: { range: (_, low, most) => [0, 1.05 * Math.max(high(1), most)] } };
  const plot = makePlot(holder, "spread", "ratio", null, [bars("--holds"), bars("--broken")], [decades({ size: 30, space: 50 }), counts], scales);
  return (cases, found) => showBars(plot, cases.tenths.ratio, found);
}

function showBars(plot, ratios, found) {
  const heights = new Map();
  for (const i of found) {
    const at = Math.floor(held(ratios[i], EDGE) / BAR) * BAR;
    if (ratios[i] !== null) heights.set(at, (heights.get(at) || 0) + 1);
  }
  const places = [...heights.keys()].sort((a, b) => a - b);
  const side = (belongs) => places.map((at) => (belongs(at) ? high(heights.get(at)) : null));
  plot.setData([places, side((at) => at < 0), side((at) => at >= 0)]);
}
