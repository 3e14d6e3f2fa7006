#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""page_test.py REPORT_PAGES DMAR TRACE: report pages in a browser, by keyboard and on paper."""
import os
import subprocess
import sys
import tempfile
import unittest

import browser

browser.skip_without_browser()
from selenium.webdriver.common.keys import Keys as keys  # noqa: E402

PAGES, DMAR, TRACE = sys.argv[1:4]
FOLDER = tempfile.TemporaryDirectory(prefix="dmar-pages-")


def page(name):
    return os.path.join(FOLDER.name, name)


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([PAGES, FOLDER.name], check=True)
        cls.browser = browser.Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def open(self, name):
        self.browser.open(page(name))
        self.assertEqual(self.browser.problems(), [], name)
        return self.browser

    def text(self, selector):
        return [element.text for element in self.browser.find(selector)]

    def test_nothing_is_asked_for_and_nothing_complains(self):
        names = [name for name in os.listdir(FOLDER.name) if name.endswith(".html")]
        self.assertGreaterEqual(len(names), 6)
        for name in names:
            self.open(name)
            self.assertEqual(len(self.browser.find("h1")), 1, name)
            for link in self.browser.find("nav a"):
                target = link.get_attribute("href").split("#")[1]
                self.assertEqual(len(self.browser.find("#" + target)), 1, target)

    def test_network_is_noticed(self):
        with open(page("calls-home.html"), "w", encoding="ascii") as file:
            file.write("<!DOCTYPE html><title>x</title><img src='http://127.0.0.1:9/x.png' alt=''>")
        self.browser.open(page("calls-home.html"))
        self.assertTrue(any("127.0.0.1" in problem for problem in self.browser.problems()))
        os.remove(page("calls-home.html"))

    def test_pictures_are_there(self):
        self.open("two-units.html")
        for place, least in (("picture", 2), ("timeline", 2), ("latency", 4)):
            drawings = self.browser.find(f"#{place}-drawn svg")
            self.assertGreaterEqual(len(drawings), least, place)
            for drawing in drawings:
                self.assertNotEqual(drawing.get_attribute("aria-label"), "")
        picture = self.text("#picture-drawn svg text")
        self.assertIn("00:05.0 disk", picture)
        self.assertIn("domain 3", picture)
        self.assertIn("3 faults", picture)
        for attribute in ("d", "x", "y", "width", "height"):
            for value in ("NaN", "Infinity", "undefined"):
                self.assertEqual(self.browser.find(f"svg [{attribute}*='{value}']"), [])

    def test_a_fault_opens_to_its_explanation(self):
        self.open("two-units.html")
        self.assertEqual(len(self.browser.find(".fault")), 3)
        explanation = self.browser.find(".fault pre")[0]
        self.assertFalse(explanation.is_displayed())
        self.browser.find(".fault summary")[0].click()
        self.assertTrue(explanation.is_displayed())
        for part in ("Request: write of 4 bytes at 0xbad00000000 by 00:06.0", "context entry",
                     "Verdict: blocked, fault", "Linux logs: DMAR: [DMA Write"):
            self.assertIn(part, explanation.text)

    def test_faults_are_opened_and_chosen_together(self):
        self.open("two-units.html")
        buttons = self.browser.find("#fault-tools button")
        buttons[0].click()
        self.assertEqual(len(self.browser.find(".fault[open]")), 3)
        buttons[1].click()
        self.assertEqual(len(self.browser.find(".fault[open]")), 0)
        choices = self.browser.find("#fault-tools select")
        options = [len(choice.find_elements("tag name", "option")) for choice in choices]
        self.assertEqual(options, [2, 2])
        self.assertIn("3 lines", self.text("#fault-tools [role=status]"))

    def test_arrow_keys_move_on_the_timeline(self):
        self.open("two-units.html")
        slider = self.browser.find("#time-0")[0]
        self.browser.script("arguments[0].focus()", slider)
        now = lambda: int(slider.get_attribute("aria-valuenow"))
        says = lambda: self.text("#readout-0")[0]
        self.assertIn("3 faults", says())  # it begins at the first fault
        self.browser.press(keys.HOME)
        self.assertEqual(now(), 0)
        first = says()
        self.assertIn("cycles 0 to", first)
        self.browser.press(keys.ARROW_RIGHT, keys.ARROW_RIGHT)
        self.assertEqual(now(), 2)
        self.assertNotEqual(says(), first)
        self.assertEqual(slider.get_attribute("aria-valuetext"), says())
        self.browser.press(keys.ARROW_LEFT)
        self.assertEqual(now(), 1)
        self.browser.press(keys.END)
        last = int(slider.get_attribute("aria-valuemax"))
        self.assertEqual(now(), last)
        self.browser.press(keys.ARROW_RIGHT)
        self.assertEqual(now(), last)
        self.browser.press("p")
        self.assertIn("3 faults", says())
        cursor = self.browser.find("#time-0 .cursor")[0]
        before = float(cursor.get_attribute("x1"))
        self.browser.press(keys.ARROW_RIGHT)
        self.assertGreater(float(cursor.get_attribute("x1")), before)

    def test_tab_reaches_everything(self):
        self.open("two-units.html")
        wanted = self.browser.script(
            "const all = 'a[href], button, select, summary, [role=slider]';"
            "return [...document.querySelectorAll(all)]"
            ".map((e, i) => { e.dataset.stop = i; return i; }).length")
        self.assertGreater(wanted, 15)
        reached = set()
        invisible = []
        for _ in range(3 * wanted):
            self.browser.press(keys.TAB)
            stop, outline = self.browser.script(
                "const e = document.activeElement; const s = getComputedStyle(e);"
                "const seen = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;"
                "return [e.dataset.stop, seen]")
            if stop is None:
                continue
            if not outline:
                invisible.append(stop)
            reached.add(stop)
            if len(reached) == wanted:
                break
        self.assertEqual(len(reached), wanted)
        self.assertEqual(invisible, [])

    def test_the_skip_link_comes_first(self):
        self.open("two-units.html")
        self.browser.press(keys.TAB)
        link = self.browser.driver.switch_to.active_element
        self.assertEqual(link.text, "Skip to the content")
        self.browser.press(keys.ENTER)
        self.assertEqual(self.browser.driver.switch_to.active_element.get_attribute("id"), "main")

    def test_paper_shows_what_is_folded_on_the_screen(self):
        self.open("two-units.html")
        paper = self.browser.printed()
        self.assertIn("Verdict: blocked, fault", paper)
        self.assertEqual(paper.count("Linux logs: DMAR: [DMA Write"), 3)
        self.assertIn("Fault reasons", paper)
        self.assertNotIn("Skip to the content", paper)
        self.assertNotIn("Open all", paper)

    def test_paper_breaks_no_number_and_no_heading(self):
        self.open("two-units.html")
        words = set(self.browser.printed().split())
        for cell in self.text("#traffic td.n") + ["0x10001000"]:
            self.assertIn(cell, words)
        for heading in self.text("#traffic thead th"):
            self.assertLessEqual(set(heading.split()), words)

    def test_light_and_dark_can_be_read(self):
        for scheme in ("light", "dark"):
            self.browser.driver.execute_cdp_cmd(
                "Emulation.setEmulatedMedia",
                {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
            self.open("two-units.html")
            for selector in ("body", ".note", ".verdict strong", ".fault .reason", "nav a", "td"):
                ratio = self.browser.script(CONTRAST, selector)
                self.assertGreaterEqual(ratio, 4.5, f"{scheme} {selector}")
        self.browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    def test_names_are_text_and_never_markup(self):
        self.open("hostile.html")
        self.assertEqual(self.browser.find("b, #injected"), [])
        hostile = '</script ><b id="injected">"\'&amp;'
        self.assertIn(hostile, self.browser.driver.title)
        for selector in ("h1", "dd", ".failures li", "caption", "#checks th", "#checks .note",
                         "#plots-drawn figcaption", ".fault .who", "#plots-drawn .legend li"):
            self.assertTrue(any(hostile in text for text in self.text(selector)), selector)
        self.assertEqual(len(self.browser.find("script")), 2)
        self.assertTrue(any("</script ><b" in text for text in self.text("svg text")))

    def test_nothing_happened(self):
        self.open("empty.html")
        self.assertEqual(self.browser.find("svg"), [])
        self.assertIn("No request was blocked with a fault.", self.text("#faults p"))

    def test_a_failure_is_told_at_the_top(self):
        self.open("mismatch.html")
        self.assertTrue(self.text(".verdict")[0].startswith("FAILED. 1 mismatch."))
        self.assertIn("1 mismatch between RTL and golden model", self.text(".failures li"))
        self.assertIn("dma w 0028 1000 64", self.text("#checks th"))

    def test_a_flood_of_faults_is_bounded(self):
        self.open("flood.html")
        self.assertEqual(len(self.browser.find(".fault")), 400)
        self.assertEqual(self.text("#faults-left-out"),
                         ["and 9,600 more faults, which are counted only"])
        self.assertLess(os.path.getsize(page("flood.html")), 3_000_000)

    def test_plots(self):
        self.open("plots.html")
        self.assertEqual(len(self.browser.find("#plots-drawn svg")), 2)
        self.assertEqual(len(self.browser.find("#plots-drawn circle")), 6)
        self.assertEqual(len(self.browser.find("#plots-drawn rect")), 3)

    def test_without_scripts_the_numbers_are_there(self):
        scripts_off = "Emulation.setScriptExecutionDisabled"
        self.browser.driver.execute_cdp_cmd(scripts_off, {"value": True})
        try:
            self.browser.driver.get("file://" + page("two-units.html"))
            html = self.browser.driver.page_source
        finally:
            self.browser.driver.execute_cdp_cmd(scripts_off, {"value": False})
        self.assertIn("Pictures need JavaScript", html)
        self.assertNotIn("<svg", html.split("<script")[0])
        self.assertIn("functions and their domains", html)
        self.browser.problems()

    def test_a_replay(self):
        out = page("run.html")
        subprocess.run([DMAR, "run", TRACE, "--report", out, "--quiet"], check=True)
        self.open("run.html")
        self.assertTrue(self.text(".verdict")[0].startswith("Passed."))
        self.assertEqual(len(self.browser.find(".fault")), 2)
        self.browser.find(".fault summary")[0].click()
        self.assertIn("Verdict: blocked, fault 05h", self.text(".fault pre")[0])


# Contrast of text and what is behind it, by the formula of WCAG 2.
CONTRAST = """
const light = (color) => {
  const [r, g, b] = color.match(/[0-9.]+/g).map(Number).slice(0, 3).map((v) => {
    v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const element = document.querySelector(arguments[0]);
let behind = element;
const clear = (one) => getComputedStyle(one).backgroundColor === 'rgba(0, 0, 0, 0)';
while (behind && clear(behind)) behind = behind.parentElement;
const one = light(getComputedStyle(element).color);
const other = light(getComputedStyle(behind || document.documentElement).backgroundColor);
return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
"""

if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
