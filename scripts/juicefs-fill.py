#!/usr/bin/env python3
"""Puts objects into a JuiceFS volume that no gateway serves yet, by its metadata alone.

usage: juicefs-fill.py BUCKET OBJECTS < DUMP > FILLED

DUMP is what `juicefs dump` wrote of a new volume, FILLED is for `juicefs load` into another database.
OBJECTS has a line an object: its key (percent-encoded), size in bytes and time in seconds since 1970,
separated by tabs. The objects are as long as they say, and hold zeros: 300 a second can be put over
S3, but a lake of 172,754 with times of its own should not take ten minutes each time it is looked at.
"""
import json
import sys
from urllib.parse import unquote


def main() -> None:
    bucket, path = sys.argv[1:]
    dump = json.load(sys.stdin)
    inode = int(dump["Counters"]["nextInodes"])
    space = 0

    def attributes(kind: str, mode: int, seconds: int, length: int, links: int) -> dict:
        nonlocal inode
        inode += 1
        return {
            "inode": inode, "type": kind, "mode": mode, "uid": 0, "gid": 0, "atime": seconds,
            "mtime": seconds, "ctime": seconds, "atimensec": 0, "mtimensec": 0, "ctimensec": 0,
            "nlink": links, "length": length,
        }

    def folder() -> dict:
        return {"attr": attributes("directory", 0o755, 1_700_000_000, 0, 2), "entries": {}}

    root = folder()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            key, size, seconds = line.rstrip("\n").split("\t")
            *folders, name = unquote(key).split("/")
            place = root
            for part in folders:
                if part not in place["entries"]:
                    place["entries"][part] = folder()
                    place["attr"]["nlink"] += 1
                place = place["entries"][part]
            place["entries"][name] = {
                "attr": attributes("regular", 0o644, int(seconds), int(size), 1)
            }
            space += (int(size) + 4095) // 4096 * 4096
    dump["FSTree"]["entries"][bucket] = root
    dump["Counters"]["nextInodes"] = inode + 1
    dump["Counters"]["usedInodes"] = inode
    dump["Counters"]["usedSpace"] = space
    json.dump(dump, sys.stdout)


if __name__ == "__main__":
    main()
