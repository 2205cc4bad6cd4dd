#!/bin/sh
# The window's tests drive Chromium. Get it from the system's packages where that is possible; say so where not.
command -v chromium >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "Chromium is not installed and can't be installed here: the window's own tests are skipped." >&2
