# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, what it has to say about a page, and the keyboard."""
import base64
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def missing():
    """What keeps the test from running; empty: nothing."""
    lacking = [name for name in ("chromium", "chromedriver", "pdftotext") if not shutil.which(name)]
    try:
        import selenium  # noqa: F401
    except ImportError:
        lacking.append("python3-selenium")
    return lacking


class Browser:
    def __init__(self):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        self._profile = tempfile.TemporaryDirectory(prefix="dmar-browser-")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                         "--disable-dev-shm-usage", "--window-size=1280,1000", "--no-first-run",
                         "--disable-background-networking", "--disable-component-update", f"--user-data-dir={self._profile.name}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = Service(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(service=service, options=options)

    def close(self):
        self.driver.quit()
        self._profile.cleanup()

    def open(self, path):
        self.problems()  # of the page before
        self.driver.get("file://" + os.path.abspath(path))

    def problems(self):
        """What the console said, and requests for anything but the page."""
        import json

        found = [entry["message"] for entry in self.driver.get_log("browser")]
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] != "Network.requestWillBeSent":
                continue
            url = message["params"]["request"]["url"]
            ours = url.startswith("file://") and message["params"].get("type") == "Document"
            if not ours and not url.startswith(("data:", "chrome:", "about:")):
                found.append("request for " + url)
        return found

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def press(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains

        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def find(self, selector):
        from selenium.webdriver.common.by import By

        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def printed(self):
        """The text of the page on paper."""
        result = self.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(base64.b64decode(result["data"]))
            file.flush()
            return subprocess.run(["pdftotext", "-layout", file.name, "-"], check=True,
                                  capture_output=True, text=True).stdout


def skip_without_browser():
    lacking = missing()
    if lacking:
        print("skipped, not installed:", ", ".join(lacking))
        sys.exit(SKIPPED)
