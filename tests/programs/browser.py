#!/usr/bin/python3
"""Debian's Chromium without a screen: browser.py URL EXPRESSION ... [--picture FILE]

Opens the page and evaluates each expression of JavaScript in turn, again and again for at most 20 s until its value is
true; prints that value. Fails if it never is. The picture is taken at the end.
"""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

PATIENCE = 20


class Browser:
    """The DevTools protocol over two pipes: JSON with a zero behind it."""

    def __init__(self, profile):
        to_read, self.to = os.pipe()
        self.source, from_write = os.pipe()
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        # It wants them as 3 and 4.
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", 'in=$1 out=$2; shift 2; eval "exec 3<&$in 4>&$out"; exec "$@"', "sh", str(to_read),
             str(from_write), *command],
            pass_fds=(to_read, from_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": profile})
        os.close(to_read)
        os.close(from_write)
        self.number = 0
        self.rest = b""
        self.session = None

    def message(self):
        while b"\0" not in self.rest:
            part = os.read(self.source, 65536)
            if not part:
                sys.exit("the browser has ended")
            self.rest += part
        line, _, self.rest = self.rest.partition(b"\0")
        return json.loads(line)

    def ask(self, method, **params):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.to, json.dumps(request).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.number:
                return message.get("result", {})

    def open(self, url):
        target = self.ask("Target.createTarget", url=url)["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def wait_for(self, expression):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True).get("result", {})
            if result.get("value"):
                return result["value"]
            time.sleep(0.05)
        page = self.ask("Runtime.evaluate", expression="document.body.innerText", returnByValue=True)
        sys.exit(f"never true: {expression}\n{page.get('result', {}).get('value')}")


def main():
    words = sys.argv[1:]
    picture = None
    if "--picture" in words:
        at = words.index("--picture")
        picture = words[at + 1]
        del words[at:at + 2]
    profile = tempfile.mkdtemp()
    browser = None
    try:
        browser = Browser(profile)
        browser.open(words[0])
        for expression in words[1:]:
            print(browser.wait_for(expression))
        if picture:
            with open(picture, "wb") as file:
                file.write(base64.b64decode(browser.ask("Page.captureScreenshot")["data"]))
    finally:
        if browser:
            browser.process.kill()
            browser.process.wait()
        shutil.rmtree(profile, ignore_errors=True)


main()
