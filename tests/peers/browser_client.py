"""Asks http://127.0.0.1:PORT for each path as a browser does; prints status, length and heading of what comes."""
import http.client
import re
import sys

port, *paths = sys.argv[1:]
for path in paths:
    browser = http.client.HTTPConnection("127.0.0.1", int(port), timeout=15)
    browser.request("GET", path, headers={"Accept": "text/html", "User-Agent": "a browser"})
    response = browser.getresponse()
    page = response.read()
    whole = len(page) == int(response.headers["Content-Length"])
    heading = re.search("<h1>(.*)</h1>", page.decode(response.headers.get_content_charset()))
    print(response.status, "whole" if whole else "cut off", heading.group(1))
    browser.close()
