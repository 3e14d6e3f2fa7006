// SPDX-License-Identifier: Apache-2.0
// See bench_plots.hpp.
#include "bench_plots.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "output_file.hpp"
#include "usage_error.hpp"
#include "work_folder.hpp"

namespace dmar::sim {

namespace {

std::filesystem::path svg(const std::filesystem::path &folder, const std::string &name) {
  return folder / fmt::format("bench-{}.svg", name);
}

// In single quotes of gnuplot, where a quote is doubled.
std::string quoted(const std::string &text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

// In single quotes of a shell.
std::string quoted_for_shell(const std::string &text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

void require_plots(const std::filesystem::path &folder) {
  if (std::system("command -v gnuplot >/dev/null 2>&1") != 0) {
    throw UsageError("--plots: gnuplot is not installed (Debian: apt-get install gnuplot-nox)");
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  require_writable(svg(folder, "latency"));
}

std::string plot_script(const perf::Plot &plot, const std::filesystem::path &file) {
  std::string script = fmt::format(
      "set terminal svg size 800,480 font 'sans-serif,13' background 'white'\n"
      "set output {}\nset title {}\nset xlabel {}\nset ylabel {}\n"
      "set grid\nset yrange [0:*]\n",
      quoted(file.string()), quoted(plot.title), quoted(plot.x_label), quoted(plot.y_label));
  if (plot.logarithmic_x) {
    std::vector<std::string> ticks;
    for (const double x : plot.x) ticks.push_back(fmt::format("'{0:g}' {0:g}", x));
    script += fmt::format("set logscale x 2\nset xtics ({})\n", fmt::join(ticks, ", "));
  }
  script += plot.bars ? "set key off\nset style fill solid\n" : "set key outside below\n";
  std::vector<std::string> parts;
  std::string data;
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    const perf::Line &line = plot.lines[i];
    data += fmt::format("$d{} << E\n", i);
    for (std::size_t k = 0; k < plot.x.size(); ++k) {
      data += fmt::format("{:g} {:.6g}\n", plot.x[k], line.values[k]);
    }
    data += "E\n";
    parts.push_back(fmt::format("$d{} using 1:2 with {} title {}", i,
                                plot.bars ? "boxes" : "linespoints linewidth 2 pointtype 7",
                                quoted(line.name)));
  }
  return data + script + fmt::format("plot {}\n", fmt::join(parts, ", "));
}

void draw_plots(std::span<const perf::Plot> plots, const std::filesystem::path &folder) {
  const WorkFolder work;
  for (const perf::Plot &plot : plots) {
    const std::filesystem::path drawn = work.file("plot.svg");
    const std::filesystem::path script = work.file("plot.gp");
    write_whole(script, plot_script(plot, drawn));
    const std::string command = fmt::format("gnuplot {}", quoted_for_shell(script.string()));
    const bool done = std::system(command.c_str()) == 0;
    std::ifstream in(drawn, std::ios::binary);
    const std::string picture{std::istreambuf_iterator<char>(in), {}};
    // gnuplot does not look whether its output was written.
    if (!done || picture.find("</svg>") == std::string::npos) {
      throw UsageError(fmt::format("--plots: gnuplot could not draw '{}'", plot.name));
    }
    write_whole(svg(folder, plot.name), picture);
    std::filesystem::remove(drawn);
  }
}

}  // namespace dmar::sim
