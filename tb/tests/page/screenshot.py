#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""screenshot.py PAGE OUT.png [--from SELECTOR] [--to SELECTOR] [--open N] [--dark] [--width PIXELS]
[--height PIXELS]: a picture of a report page, from the top of one element to the bottom of another;
--open opens the N-th fault."""
import argparse
import base64
import sys

import browser

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("page")
parser.add_argument("out")
parser.add_argument("--from", dest="first", default="header")
parser.add_argument("--to", dest="last", default="main")
parser.add_argument("--open", type=int, default=0)
parser.add_argument("--dark", action="store_true")
parser.add_argument("--width", type=int, default=1180)
parser.add_argument("--height", type=int, default=0, help="at most")
options = parser.parse_args()

browser.skip_without_browser()
shown = browser.Browser()
try:
    shown.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": options.width, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
    if options.dark:
        shown.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    shown.open(options.page)
    if options.open:
        shown.script("document.querySelectorAll('.fault')[arguments[0]].open = true",
                     options.open - 1)
    shown.script("document.querySelector('nav').style.position = 'static'")
    top, bottom = shown.script(
        "const y = (s) => document.querySelector(s).getBoundingClientRect();"
        "return [y(arguments[0]).top + scrollY, y(arguments[1]).bottom + scrollY]",
        options.first, options.last)
    height = bottom - top
    if options.height:
        height = min(height, options.height)
    picture = shown.driver.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": top, "width": options.width, "height": height, "scale": 1}})
    with open(options.out, "wb") as file:
        file.write(base64.b64decode(picture["data"]))
finally:
    shown.close()
sys.exit(0)
