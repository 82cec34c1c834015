"""The parts of s3-full-size.sh that want Python: see there."""
import concurrent.futures
import csv
import glob
import gzip
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from datetime import datetime, timezone

OBJECTS = 172_754
READERS = 4
# Of CPU, for a cycle that finds nothing changed.
CYCLE_MILLISECONDS = 20


def objects(folder: str) -> None:
    """Takes the rows of the world's report, adds objects that nobody expects up to the full number,
    and writes what the server is to hold, and a report of it in AWS's layout."""
    rows = []
    for path in glob.glob(f"{folder}/world/reports/**/*.csv.gz", recursive=True):
        with gzip.open(path, "rt", newline="") as lines:
            for row in csv.reader(lines):
                rows.append((urllib.parse.unquote_plus(row[1]), int(row[2]), row[3]))
    for number in range(OBJECTS - len(rows)):
        rows.append((f"box_score/unexpected/{number:06}.json", 1234, "2024-06-01T00:00:00.000Z"))
    rows.sort(key=lambda row: row[0].encode())
    with open(f"{folder}/objects.tsv", "w", encoding="utf-8") as out:
        for key, size, stamp in rows:
            seconds = int(datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp())
            out.write(f"{urllib.parse.quote(key)}\t{size}\t{seconds}\n")
    base = f"{folder}/reports/inv/lake/daily"
    os.makedirs(f"{base}/data", exist_ok=True)
    os.makedirs(f"{base}/2025-01-15T00-00Z", exist_ok=True)
    files = []
    for part in range(4):
        text = "".join(
            f'"lake","{urllib.parse.quote_plus(key, safe="/")}","{size}","{stamp}"\n'
            for key, size, stamp in rows[part::4]
        )
        packed = gzip.compress(text.encode())
        name = f"inv/lake/daily/data/part-{part}.csv.gz"
        with open(f"{folder}/reports/{name}", "wb") as out:
            out.write(packed)
        digest = hashlib.md5(packed).hexdigest()
        files.append({"key": name, "size": len(packed), "MD5checksum": digest})
    began = int(datetime(2025, 1, 15, tzinfo=timezone.utc).timestamp() * 1000)
    manifest = json.dumps({
        "sourceBucket": "lake", "destinationBucket": "arn:aws:s3:::reports",
        "version": "2016-11-30", "creationTimestamp": str(began), "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size, LastModifiedDate", "files": files,
    }).encode()
    with open(f"{base}/2025-01-15T00-00Z/manifest.json", "wb") as out:
        out.write(manifest)
    with open(f"{base}/2025-01-15T00-00Z/manifest.checksum", "w") as out:
        out.write(hashlib.md5(manifest).hexdigest())


class Bare:
    """A client that does nothing but sign, ask, and look for the next token."""

    def __init__(self) -> None:
        from botocore.auth import S3SigV4Auth
        from botocore.credentials import Credentials

        self.address = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL_S3"])
        self.auth = S3SigV4Auth(
            Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]),
            "s3", os.environ["AWS_REGION"])
        self.connection = http.client.HTTPConnection(self.address.netloc)

    def send(self, method: str, path: str, query: str = "", body: bytes = b"") -> bytes:
        from botocore.awsrequest import AWSRequest

        target = path + ("?" + query if query else "")
        request = AWSRequest(method, self.address.geturl() + target, data=body)
        self.auth.add_auth(request)
        self.connection.request(method, target, body, dict(request.headers))
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {target}: {answer.status} {text[:500]!r}")
        return text

    def pages(self, prefix: str):
        token = ""
        while True:
            query = {"list-type": "2", "encoding-type": "url", "max-keys": "1000",
                     "prefix": prefix}
            if token:
                query["continuation-token"] = token
            text = self.send(
                "GET", "/lake", urllib.parse.urlencode(sorted(query.items()),
                                                       quote_via=urllib.parse.quote))
            yield text.count(b"<Key>")
            if b"<IsTruncated>true" not in text:
                return
            token = re.search(rb"<NextContinuationToken>(.*?)<", text).group(1).decode()


def bare_listing() -> None:
    """As many readers as adce has, over prefixes that are told to it: it need not look for them."""
    text = Bare().send("GET", "/lake", "delimiter=%2F&list-type=2")
    prefixes = []
    for top in re.findall(rb"<Prefix>([^<]+)</Prefix>", text):
        query = f"delimiter=%2F&list-type=2&prefix={urllib.parse.quote(top.decode(), safe='')}"
        for found in re.findall(rb"<CommonPrefixes><Prefix>([^<]+)<", Bare().send(
                "GET", "/lake", query)):
            prefixes.append(found.decode())
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(READERS) as readers:
        counts = list(readers.map(lambda prefix: list(Bare().pages(prefix)), prefixes))
    seconds = time.monotonic() - began
    print(json.dumps({
        "objects": sum(map(sum, counts)), "requests": sum(map(len, counts)),
        "seconds": round(seconds, 3)}))


def upload(folder: str) -> None:
    client = Bare()
    client.send("PUT", "/reports")
    for path in sorted(glob.glob(f"{folder}/reports/**", recursive=True)):
        if os.path.isfile(path):
            with open(path, "rb") as body:
                client.send("PUT", "/reports/" + path[len(folder) + 9:], body=body.read())


def compare(folder: str) -> None:
    def load(name: str) -> dict:
        with open(f"{folder}/{name}") as text:
            return json.load(text)

    def gaps(name: str) -> dict:
        found = {}
        with open(f"{folder}/{name}") as lines:
            for line in lines:
                gap = json.loads(line)
                found.setdefault(gap["kind"], set()).add(gap["key"])
        return found

    listed, reported = gaps("gaps-listing.jsonl"), gaps("gaps-report.jsonl")
    listing, report = load("listing-2.json"), load("report.json")
    faults = []
    for kind in ["missing", "undersized", "stale"]:
        here, there = listed.get(kind, set()), reported.get(kind, set())
        print(f"{kind}: {len(here)} by listing, {len(there)} by report, "
              f"{len(here ^ there)} told apart")
        if here != there:
            faults.append(f"{kind} differ")
        with open(f"{folder}/world/{kind}.txt") as lines:
            truth = set(lines.read().splitlines())
        if here != truth or not truth:
            faults.append(f"{kind} is not what the world says")
    objects_listed, requests = listing["have"]["objects"], listing["listing"]["requests"]
    ranges = listing["listing"]["ranges"]
    print(f"listed {objects_listed} objects in {requests} requests of {ranges} ranges "
          f"(allowed: {objects_listed / 1000 * 1.05:.0f} + {ranges})")
    if objects_listed != OBJECTS or report["have"]["objects"] != OBJECTS:
        faults.append("not all objects were seen")
    if requests > objects_listed / 1000 * 1.05 + ranges:
        faults.append("too many requests")
    best = 0.0
    for number in (1, 2):
        bare, ours = load(f"bare-{number}.json"), load(f"listing-{number}.json")
        rate = bare["seconds"] / ours["seconds"]["scan"]
        best = max(best, rate)
        print(f"round {number}: bare client {bare['seconds']:.1f} s ({bare['requests']} requests), "
              f"adce {ours['seconds']['scan']:.1f} s: {rate * 100:.0f} % of its rate")
    print(f"the report: read in {report['seconds']['scan']:.2f} s, "
          f"peak {report['peak_rss_bytes'] // 1_000_000} MB; "
          f"the listing: peak {listing['peak_rss_bytes'] // 1_000_000} MB")
    if best < 0.8:
        faults.append("the listing is slower than 80 % of a bare client's")
    for fault in faults:
        print("FAULT:", fault)
    sys.exit(1 if faults else 0)


def unchanged(folder: str, adce: str, cycles: str = "100") -> None:
    """What a cycle costs a daemon whose report stays the same: all that the process uses meanwhile,
    with its sources paused, a cycle every 0.6 s."""
    config = f"{folder}/unchanged"
    shutil.copytree(f"{folder}/world", config, ignore=shutil.ignore_patterns("reports"))
    with open(f"{config}/config/autonomous_config.yaml", "a") as file:
        file.write("reconciliation_interval_minutes: 0.01\nhealth_check: {enabled: false}\n")
    path = f"{config}/config/reconciliation_config.yaml"
    with open(path) as file:
        text = file.read()
    # The report is as old as the world: old enough to be refused otherwise.
    s3 = ("s3: {bucket: lake, use_aws_inventory: true, inventory_bucket: reports, "
          "inventory_prefix: inv/, cache_ttl_hours: 800000}")
    assert "s3: {bucket: lake}" in text
    with open(path, "w") as file:
        file.write(text.replace("s3: {bucket: lake}", s3))
    options = [adce, "--config-dir", config + "/config", "--lake", "s3://lake", "--state-dir",
               config + "/state", "--quiet", "--output", "json"]

    def run(*words: str, codes=(0,)) -> str:
        done = subprocess.run(options + list(words), stdout=subprocess.PIPE, text=True)
        assert done.returncode in codes, f"{words}: {done.returncode}"
        return done.stdout

    run("reconcile")
    run("pause")
    with open(f"{config}/said.txt", "w") as said:
        daemon = subprocess.Popen(options + ["run"], stdout=said, stderr=said)
    try:
        def completed() -> int:
            assert daemon.poll() is None, open(f"{config}/said.txt").read()
            return json.loads(run("status", codes=(0, 3)))["cycles"]["completed"]

        def cpu() -> float:
            with open(f"/proc/{daemon.pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

        begun = completed()
        while completed() < begun + 5:
            time.sleep(0.5)
        begun, before = completed(), cpu()
        while completed() < begun + int(cycles):
            time.sleep(2)
        done, used = completed() - begun, cpu() - before
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=30) == 0
    finally:
        if daemon.poll() is None:
            daemon.kill()
            daemon.wait()
    each = used / done
    print(f"{done} cycles of an unchanged report: {each:.1f} ms of CPU each")
    if each > CYCLE_MILLISECONDS:
        sys.exit(f"FAULT: an unchanged cycle takes more than {CYCLE_MILLISECONDS} ms of CPU")


def main() -> None:
    command, *rest = sys.argv[1:]
    if command == "port":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            print(free.getsockname()[1])
    elif command == "wait":
        address = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL_S3"])
        for _ in range(600):
            # It answers 503 until it can serve.
            client = http.client.HTTPConnection(address.netloc, timeout=5)
            try:
                client.request("GET", "/")
                if client.getresponse().status != 503:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit("the server does not serve")
    else:
        {"objects": objects, "list": bare_listing, "upload": upload, "compare": compare,
         "unchanged": unchanged}[command](*rest)


if __name__ == "__main__":
    main()
