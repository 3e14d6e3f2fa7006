// SPDX-License-Identifier: Apache-2.0
// Elements and numbers. Text goes in as text, never as markup.

const data = JSON.parse(document.getElementById("data").textContent);

function element(name, attributes = {}, ...children) {
  const out = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
  out.append(...children);
  return out;
}

function svg(name, attributes = {}, ...children) {
  const out = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
  out.append(...children);
  return out;
}

// A picture with a name for those who do not see it.
function drawing(width, height, name, ...children) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name },
             svg("title", {}, name), ...children);
}

function label(x, y, text, style = "", anchor = "start") {
  return svg("text", { x, y, class: style, "text-anchor": anchor }, text);
}

function grouped(value) {
  return Math.round(value).toLocaleString("en-US");
}

function counted(value, one, many) {
  return `${grouped(value)} ${value === 1 ? one : many}`;
}

// 1234567 as "1.23 M".
function short(value) {
  for (const [size, name] of [[1e9, " G"], [1e6, " M"], [1e3, " k"]]) {
    if (Math.abs(value) >= size) return Number((value / size).toPrecision(3)) + name;
  }
  return String(Number(value.toPrecision(3)));
}

function bytes(value) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  for (; value >= 1024 && unit + 1 < units.length; ++unit) value /= 1024;
  return `${Number(value.toPrecision(3))} ${units[unit]}`;
}

// Shortened in the middle of nothing: names keep their beginning.
function cut(text, most) {
  return text.length > most ? text.slice(0, most - 1) + "\u2026" : text;
}

// Round steps from 0 to `most`, about `count` of them.
function steps(most, count) {
  if (most <= 0) return [0];
  const raw = most / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((one) => one * power >= raw) * power;
  const out = [];
  for (let value = 0; value <= most * 1.000001; value += step) out.push(value);
  return out;
}

function legend(entries) {
  const list = element("ul", { class: "legend" });
  for (const [color, text] of entries) {
    const sample = element("i");
    sample.style.background = `var(--${color})`;
    list.append(element("li", {}, sample, text));
  }
  return list;
}
