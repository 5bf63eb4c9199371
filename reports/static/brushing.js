// From a box in a plot to the filter: drawn by mouse (uPlot does that), by finger, or by keys. A double click, a double tap or Escape takes it back.

const TAPS = 400; // ms between the two taps of a double one
const DECADE = 10; // tenths

function selected(plot, across, up) {
  const { left, top, width, height } = plot.select;
  if (width < 3 && height < 3) return;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  const x = range(plot, "x", left, left + width, plot.over.clientWidth);
  brush({ [across]: x, ...(up && { [up]: range(plot, "y", top, top + height, plot.over.clientHeight) }) });
}

// The values between two pixels, in ascending order; an end at the edge of the plot is open.
function range(plot, scale, from, to, size) {
  const ends = [from <= 2 ? null : plot.posToVal(from, scale), to >= size - 2 ? null : plot.posToVal(to, scale)];
  return scale === "x" ? ends : ends.reverse();
}

function brush(ranges) {
  const bound = (name, sign, tenths) => (tenths === null ? [] : [`${name}${sign}${(10 ** (tenths / 10)).toPrecision(2)}`]);
  const bounds = Object.entries(ranges).flatMap(([name, ends]) => (ends ? [...bound(name, ">=", ends[0]), ...bound(name, "<=", ends[1])] : []));
  const stale = new RegExp(`^(${Object.keys(ranges).join("|")})[<>=]`);
  const rest = find("#filter").value.split(/\s+/).filter((word) => word && !stale.test(word));
  find("#filter").value = [...rest, ...bounds].join(" ");
  return applyFilter();
}

const everything = (across, up) => brush({ [across]: null, ...(up && { [up]: null }) });

// A finger that moves sideways draws the box; one that moves down scrolls the page, of which the browser tells by pointercancel.
function brushByTouch(plot, across, up) {
  let start = null, tapped = -TAPS;
  const show = (box) => plot.setSelect(box, false);
  const at = (event) => {
    const { left, top, width, height } = plot.over.getBoundingClientRect();
    return { x: Math.max(0, Math.min(width, event.clientX - left)), y: Math.max(0, Math.min(height, event.clientY - top)) };
  };
  const between = (one, other) => ({
    left: Math.min(one.x, other.x), width: Math.abs(one.x - other.x),
    top: up ? Math.min(one.y, other.y) : 0, height: up ? Math.abs(one.y - other.y) : plot.over.clientHeight,
  });
  const on = (name, act) => plot.over.addEventListener(name, (event) => event.pointerType !== "mouse" && act(event));
  on("pointerdown", (event) => (start = at(event)));
  on("pointermove", (event) => start && show(between(start, at(event))));
  on("pointercancel", () => ((start = null), show({ left: 0, top: 0, width: 0, height: 0 })));
  on("pointerup", (event) => {
    const box = start && between(start, at(event));
    start = null;
    if (!box) return;
    if (box.width >= 3) return show(box), selected(plot, across, up);
    if (event.timeStamp - tapped < TAPS) everything(across, up);
    tapped = event.timeStamp;
  });
}

// Arrows move a window of a decade, with Shift its far end; Enter filters to it.
function brushByKeys(plot, holder, across, up) {
  let from = null, to = null;
  holder.tabIndex = 0;
  const show = () => {
    const left = plot.valToPos(from, "x"), right = plot.valToPos(to, "x");
    plot.setSelect({ left, width: right - left, top: 0, height: plot.over.clientHeight }, false);
  };
  holder.addEventListener("keydown", (event) => {
    const by = { ArrowRight: DECADE, ArrowLeft: -DECADE }[event.key], { min, max } = plot.scales.x;
    if (event.key === "Escape") everything(across, up);
    else if (event.key === "Enter" && from !== null) brush({ [across]: [from, to] });
    else if (by && from === null) [from, to] = by > 0 ? [min, min + DECADE] : [max - DECADE, max];
    else if (by && event.shiftKey) to = Math.max(from + DECADE, Math.min(max, to + by));
    else if (by && from + by >= min && to + by <= max) [from, to] = [from + by, to + by];
    else if (!by) return;
    if (by) show();
    event.preventDefault();
  });
}
