// SPDX-License-Identifier: Apache-2.0
// Histograms of latency, and the plots of measurements.

const chartView = { width: 380, height: 200, left: 46, right: 372, top: 12, bottom: 162 };

// Buckets of several kinds side by side over a logarithmic axis of cycles.
function histogram(title, kinds) {
  const { width, height, left, right, top, bottom } = chartView;
  const present = kinds.filter(([, , one]) => one.total);
  const all = present.flatMap(([, , one]) => one.buckets);
  const low = Math.log2(Math.max(1, Math.min(...all.map(([from]) => from))));
  const high = Math.max(low + 1, Math.log2(Math.max(...all.map(([, to]) => to + 1))));
  const x = (value) => left + (right - left) * (Math.log2(Math.max(1, value)) - low) / (high - low);
  const most = Math.max(...present.map(([, , one]) =>
    Math.max(...one.buckets.map(([, , count]) => count / one.total))));
  const parts = [];
  for (const part of steps(most * 100, 4)) {
    const y = bottom - (bottom - top) * part / (most * 100);
    parts.push(svg("line", { x1: left, x2: right, y1: y, y2: y, class: "axis" }),
               label(left - 6, y + 4, `${Number(part.toPrecision(3))}%`, "soft", "end"));
  }
  const gap = Math.max(1, Math.ceil((high - low) / 7));
  for (let power = Math.ceil(low); power <= high; power += gap) {
    parts.push(label(x(2 ** power), bottom + 15, short(2 ** power), "soft", "middle"));
  }
  parts.push(label((left + right) / 2, bottom + 32, "cycles", "soft", "middle"));
  present.forEach(([, color, one], k) => {
    let path = "";
    for (const [from, to, count] of one.buckets) {
      const begin = x(from);
      const wide = Math.max(1.5, x(to + 1) - begin - 0.8) / present.length;
      const up = Math.max(0.8, (bottom - top) * count / one.total / most);
      path += `M${(begin + k * wide).toFixed(2)} ${bottom}v${-up.toFixed(2)}h${wide.toFixed(2)}V${bottom}z`;
    }
    parts.push(svg("path", { d: path, class: color }));
  });
  const name = `${title}: how many of its requests took how many cycles`;
  return element("figure", {}, element("figcaption", {}, title),
                 drawing(width, height, name, ...parts),
                 legend(present.map(([kind, color, one]) =>
                   [color, `${kind}: ${grouped(one.total)}, mean ${Number(one.mean.toPrecision(3))}`])));
}

function latencyKinds(latency) {
  return [["hit", "data", latency.hit], ["walk", "second", latency.walk],
          ["interrupt", "third", latency.interrupt]];
}

function drawLatencies() {
  const place = document.getElementById("latency-drawn");
  if (!place) return;
  const charts = element("div", { class: "charts" });
  for (const unit of data.units) {
    const add = (title, latency) => {
      const kinds = latencyKinds(latency);
      if (kinds.some(([, , one]) => one.total)) charts.append(histogram(title, kinds));
    };
    add(`${unit.name}, until the verdict`, unit.added);
    for (const one of unit.functions) add(`${one.name}, until the last answer`, one.latency);
  }
  place.append(charts);
}

function plot(one) {
  const { width, height, left, right, top, bottom } = chartView;
  const colors = ["data", "second", "third", "fourth", "bad"];
  const scale = one.logarithmic ? (value) => Math.log2(Math.max(value, 1e-9)) : (value) => value;
  const xs = one.x.map(scale);
  const room = one.bars ? 0.5 : 0;  // for half a bar at each end
  const low = Math.min(...xs) - room;
  const high = Math.max(...xs) + room;
  const most = Math.max(...one.lines.flatMap((line) => line.values), 1e-12);
  const x = (value) => left + (right - left) * (high === low ? 0.5 : (scale(value) - low) / (high - low));
  const y = (value) => bottom - (bottom - top) * value / most;
  const parts = [];
  for (const value of steps(most, 4)) {
    parts.push(svg("line", { x1: left, x2: right, y1: y(value), y2: y(value), class: "axis" }),
               label(left - 6, y(value) + 4, short(value), "soft", "end"));
  }
  const ticks = one.logarithmic ? one.x : steps(high, 6).filter((value) =>
    value >= low && (!one.bars || Number.isInteger(value)));
  let last = -100;
  for (const value of ticks) {
    if (x(value) - last < 34) continue;
    last = x(value);
    parts.push(label(last, bottom + 15, short(value), "soft", "middle"));
  }
  parts.push(label((left + right) / 2, bottom + 32, one.x_label, "soft", "middle"));
  one.lines.forEach((line, k) => {
    const color = `var(--${colors[k % colors.length]})`;
    if (one.bars) {
      const wide = Math.max(1, (right - left) / (high - low) * 0.8);
      for (const [i, value] of line.values.entries()) {
        if (!value) continue;
        parts.push(svg("rect", { x: x(one.x[i]) - wide / 2, y: y(value), width: wide,
                                 height: bottom - y(value), style: `fill:${color}` }));
      }
      return;
    }
    const path = line.values.map((value, i) => `${i ? "L" : "M"}${x(one.x[i]).toFixed(2)} ${y(value).toFixed(2)}`);
    parts.push(svg("path", { d: path.join(""), style: `fill:none;stroke:${color};stroke-width:2` }));
    line.values.forEach((value, i) => {
      parts.push(svg("circle", { cx: x(one.x[i]), cy: y(value), r: 3, style: `fill:${color}` }));
    });
  });
  return element("figure", {}, element("figcaption", {}, one.title),
                 element("p", { class: "note" }, one.y_label),
                 drawing(width, height, `${one.title}: ${one.y_label} over ${one.x_label}`, ...parts),
                 one.bars ? "" : legend(one.lines.map((line, k) => [colors[k % colors.length], line.name])));
}

function drawPlots() {
  const place = document.getElementById("plots-drawn");
  if (!place) return;
  const charts = element("div", { class: "charts" });
  for (const one of data.plots) if (one.x.length) charts.append(plot(one));
  place.append(charts);
}
