// SPDX-License-Identifier: Apache-2.0
// What each function did over time, with a cursor that the arrow keys move.

const timelineView = { width: 1000, left: 190, right: 1000, row: 58 };

function countOf(series, name, bucket) {
  return (series[name] && series[name][bucket]) || 0;
}

function timelineX(unit, bucket) {
  const { left, right } = timelineView;
  return left + (right - left) * bucket / Math.max(1, unit.buckets);
}

// Area of bytes (of interrupts where there are no bytes), with faults above and invalidations below.
function timelineRow(unit, name, series, y) {
  const { left, right, row } = timelineView;
  const base = y + row - 16;
  const high = row - 30;
  const shown = series.bytes ? "bytes" : series.interrupts ? "interrupts" : "requests";
  let most = 0;
  for (let i = 0; i < unit.buckets; ++i) most = Math.max(most, countOf(series, shown, i));
  const parts = [svg("line", { x1: left, x2: right, y1: base, y2: base, class: "axis" })];
  if (most > 0) {
    let path = "";
    for (let i = 0; i < unit.buckets; ++i) {
      const value = countOf(series, shown, i);
      if (!value) continue;
      const x = timelineX(unit, i);
      const wide = Math.max(0.9, timelineX(unit, i + 1) - x);
      const up = Math.max(0.8, high * value / most);
      path += `M${x.toFixed(2)} ${base}v${-up.toFixed(2)}h${wide.toFixed(2)}V${base}z`;
    }
    parts.push(svg("path", { d: path, class: "area" }));
  }
  let faults = "";
  let invalidations = "";
  for (let i = 0; i < unit.buckets; ++i) {
    const x = timelineX(unit, i);
    const wide = Math.max(1, timelineX(unit, i + 1) - x);
    if (countOf(series, "faults", i)) {
      faults += `M${(x + wide / 2 - 4).toFixed(2)} ${y + 3}h8l-4 8z`;
    }
    const count = countOf(series, "invalidations", i);
    if (count) {
      const down = Math.min(8, 2 + Math.log2(count + 1));
      invalidations += `M${x.toFixed(2)} ${base + 1.5}h${wide.toFixed(2)}v${down.toFixed(2)}H${x.toFixed(2)}z`;
    }
  }
  if (invalidations) parts.push(svg("path", { d: invalidations, class: "third" }));
  if (faults) parts.push(svg("path", { d: faults, class: "fault-mark" }));
  const rate = most / unit.width;
  const per = data.time_unit === "cycles" ? "cycle" : "event";
  const peak = most === 0 ? "nothing" : shown === "bytes"
    ? `to ${short(rate)} bytes a ${per}` : `to ${short(most)} ${shown} at once`;
  parts.push(label(0, base - 16, cut(name, 27), "bold"), label(0, base - 1, peak, "soft"));
  return parts;
}

function timelineAxis(unit, y) {
  const { left, right } = timelineView;
  const total = unit.buckets * unit.width;
  const parts = [];
  for (const value of steps(total, 8)) {
    const x = left + (right - left) * value / Math.max(1, total);
    parts.push(svg("line", { x1: x, x2: x, y1: 16, y2: y, class: "axis" }),
               label(x, y + 15, short(value), "soft", "middle"));
  }
  parts.push(label(0, y + 15, data.time_unit, "soft"));
  return parts;
}

// Moments with names: a number on the picture, the name in a list below it.
function timelineMarks(unit, y) {
  const { left, right } = timelineView;
  const total = Math.max(1, unit.buckets * unit.width);
  const parts = [];
  let last = -100;
  unit.marks.forEach(([cycle], i) => {
    const x = left + (right - left) * Math.min(1, cycle / total);
    parts.push(svg("line", { x1: x, x2: x, y1: 16, y2: y, class: "mark" }));
    if (x - last < 14) return;
    last = x;
    parts.push(label(x, 11, String(i + 1), "mark-name", "middle"));
  });
  return parts;
}

// Seconds of wall clock at a cycle, between the moments that are known.
function wallClock(unit, cycle) {
  const wall = unit.wall;
  if (!wall.length || data.time_unit !== "cycles") return "";
  let next = wall.findIndex(([at]) => at > cycle);
  if (next < 0) next = wall.length - 1;
  if (next === 0) return `, ${wall[0][1].toFixed(2)} s`;
  const [from, begin] = wall[next - 1];
  const [to, end] = wall[next];
  const part = to === from ? 0 : Math.min(1, (cycle - from) / (to - from));
  return `, ${(begin + (end - begin) * part).toFixed(2)} s of wall clock`;
}

function bucketText(unit, bucket) {
  const per = data.time_unit;
  const from = bucket * unit.width;
  const all = unit.series;
  const parts = [`${per} ${grouped(from)} to ${grouped(from + unit.width - 1)}${wallClock(unit, from)}`];
  const say = (name, one, many) => {
    const count = countOf(all, name, bucket);
    if (count) parts.push(counted(count, one, many));
  };
  say("requests", "request", "requests");
  if (countOf(all, "bytes", bucket)) parts.push(`${bytes(countOf(all, "bytes", bucket))} moved`);
  const asked = countOf(all, "requests", bucket);
  if (asked) parts.push(`${Math.round(100 * countOf(all, "hits", bucket) / asked)}% hits`);
  say("interrupts", "interrupt", "interrupts");
  say("invalidations", "invalidation", "invalidations");
  say("faults", "fault", "faults");
  if (parts.length === 1) parts.push("nothing");
  for (const one of unit.functions) {
    const faults = countOf(one.series, "faults", bucket);
    if (faults) parts.push(`${faults} of ${one.name}`);
  }
  return parts.join("; ");
}

function nextFault(unit, bucket, step) {
  for (let i = bucket + step; i >= 0 && i < unit.buckets; i += step) {
    if (countOf(unit.series, "faults", i)) return i;
  }
  return bucket;
}

function timelineOf(unit, number) {
  const { width, row } = timelineView;
  const rows = [["all functions", unit.series],
                ...unit.functions.map((one) => [one.name, one.series])];
  const bottom = 18 + rows.length * row;
  const title = `${unit.name}: activity of ${rows.length - 1} functions over time`;
  const cursor = svg("line", { y1: 14, y2: bottom, class: "cursor" });
  const picture = drawing(width, bottom + 20, title, ...timelineAxis(unit, bottom),
                          ...rows.flatMap(([name, series], i) =>
                            timelineRow(unit, name, series, 18 + i * row)),
                          ...timelineMarks(unit, bottom), cursor);
  const readout = element("p", { class: "readout", id: `readout-${number}` });
  const slider = element("div", {
    class: "slider", role: "slider", tabindex: "0", "aria-label": `Time at ${unit.name}`,
    "aria-valuemin": "0", "aria-valuemax": String(unit.buckets - 1), id: `time-${number}` }, picture);
  const state = { bucket: 0 };
  const move = (bucket) => {
    state.bucket = Math.min(unit.buckets - 1, Math.max(0, bucket));
    const x = (timelineX(unit, state.bucket) + timelineX(unit, state.bucket + 1)) / 2;
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    readout.textContent = bucketText(unit, state.bucket);
    slider.setAttribute("aria-valuenow", String(state.bucket));
    slider.setAttribute("aria-valuetext", readout.textContent);
  };
  slider.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 16, PageDown: -16 };
    const to = { Home: 0, End: unit.buckets - 1, n: nextFault(unit, state.bucket, 1),
                 p: nextFault(unit, state.bucket, -1) };
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in by) move(state.bucket + by[event.key]);
    else if (event.key in to) move(to[event.key]);
    else return;
    event.preventDefault();
  });
  slider.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const x = (event.clientX - box.left) * width / box.width;
    const { left, right } = timelineView;
    move(Math.floor((x - left) / (right - left) * unit.buckets));
  });
  const figure = element("figure", {}, element("figcaption", {}, title),
    legend([["data", "bytes moved"], ["bad", "faults"], ["third", "invalidations of its domain"]]),
    slider, readout,
    element("p", { class: "note keys" },
            "Arrow keys move the cursor, Page Up and Page Down by 16, Home and End to the ends, " +
            "n and p to the next and the previous fault. " +
            `One step is ${grouped(unit.width)} ${data.time_unit}.`));
  if (unit.marks.length) {
    const list = element("ol");
    for (const [cycle, name] of unit.marks) {
      list.append(element("li", {}, `${name} (${data.time_unit.slice(0, -1)} ${grouped(cycle)})`));
    }
    const folded = element("details", { class: "note" },
                           element("summary", {}, "The numbers above the picture"), list);
    folded.open = unit.marks.length <= 12;
    figure.append(folded);
  }
  const first = nextFault(unit, -1, 1);
  move(first < 0 ? 0 : first);
  return figure;
}

function drawTimelines() {
  const place = document.getElementById("timeline-drawn");
  if (!place) return;
  data.units.forEach((unit, number) => {
    if (unit.buckets) place.append(timelineOf(unit, number));
  });
}
