#!/usr/bin/env python3
"""Works on the lake that `adce-sim serve` serves with boto3, as any other client would: lists all,
reads, writes, writes under conditions, deletes, and tries what must be refused.

    wire-boto3.py [--full]     starts a server of its own: 270 objects, or 172,754
    wire-boto3.py --served     works on the one that the AWS_* variables name, which has no faults

Wants boto3 (scripts/test-environment.sh) and adce-sim (ADCE_BIN names its folder; by default
.build/release). Prints what it saw; exit 1 if anything was not as it should be.
"""

import base64
import datetime
import hashlib
import hmac
import http.client
import json
import os
import subprocess
import sys
import time
import urllib.request
import zlib

import boto3
import botocore.auth
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

# Nothing of an account of one's own.
for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"]:
    os.environ.pop(name, None)

BUCKET = "lake"
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def client(secret=None, key=None, **config):
    return boto3.client(
        "s3", endpoint_url=os.environ["AWS_ENDPOINT_URL_S3"],
        region_name=os.environ["AWS_REGION"],
        aws_access_key_id=key or os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or os.environ["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **config))


checks = 0


def expect(holds, what):
    global checks
    checks += 1
    if not holds:
        raise SystemExit(f"wire-boto3: {what}")


def refused(code, status, call, **arguments):
    """The call must fail with this code."""
    try:
        call(**arguments)
    except ClientError as error:
        said = error.response["Error"]["Code"]
        expect(said == code, f"{call.__name__}: {said}, not {code}")
        got = error.response["ResponseMetadata"]["HTTPStatusCode"]
        expect(got == status, f"{call.__name__}: {got}, not {status}")
        return error.response
    raise SystemExit(f"wire-boto3: {call.__name__} was not refused with {code}")


def list_all(s3, **arguments):
    keys, pages = {}, 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, **arguments):
        pages += 1
        expect(page["KeyCount"] == len(page.get("Contents", [])) + len(
            page.get("CommonPrefixes", [])), "KeyCount is not what is there")
        for entry in page.get("Contents", []):
            expect(entry["Key"] not in keys, f"{entry['Key']} is listed twice")
            keys[entry["Key"]] = entry
    expect(list(keys) == sorted(keys), "the listing is not in order")
    return keys, pages


def listing(s3, present):
    began = time.monotonic()
    keys, pages = list_all(s3)
    seconds = time.monotonic() - began
    expect(len(keys) == present, f"{len(keys)} objects are listed, not {present}")
    print(f"listed {len(keys)} objects on {pages} pages in {seconds:.2f} s")
    # By folders, by another page size, from a key on, and not by URL encoding: the same.
    folders = s3.list_objects_v2(Bucket=BUCKET, Delimiter="/")
    names = [entry["Prefix"] for entry in folders["CommonPrefixes"]]
    expect(names == sorted({key.split("/")[0] + "/" for key in keys}), f"folders {names}")
    expect(folders["KeyCount"] == len(names), "folders are not counted")
    counted = 0
    for name in names:
        seasons, token = {}, {}
        while True:
            page = s3.list_objects_v2(
                Bucket=BUCKET, Prefix=name, Delimiter="/", MaxKeys=2, **token)
            for entry in page.get("CommonPrefixes", []):
                expect(entry["Prefix"] not in seasons, f"{entry['Prefix']} twice")
                seasons[entry["Prefix"]] = True
            expect(page["KeyCount"] <= 2, "more than MaxKeys")
            if not page["IsTruncated"]:
                break
            token = {"ContinuationToken": page["NextContinuationToken"]}
        expect(sorted(seasons) == sorted(
            {"/".join(key.split("/")[:2]) + "/" for key in keys if key.startswith(name)}),
            f"folders of {name}")
        counted += len(seasons)
    middle = sorted(keys)[len(keys) // 2]
    prefix = middle.rsplit("/", 1)[0] + "/"
    after, _ = list_all(s3, Prefix=prefix, StartAfter=middle, PaginationConfig={"PageSize": 7})
    expect(list(after) == [k for k in sorted(keys) if k.startswith(prefix) and k > middle],
           "start-after")
    raw, _ = list_all(s3, Prefix=prefix, EncodingType="url")
    expect(list(raw) == [k for k in sorted(keys) if k.startswith(prefix)], "encoding-type=url")
    expect(s3.list_objects_v2(Bucket=BUCKET, Prefix="nothing/")["KeyCount"] == 0, "no such prefix")
    expect(s3.list_objects_v2(Bucket=BUCKET, MaxKeys=0)["KeyCount"] == 0, "max-keys 0")
    print(f"{len(names)} folders with {counted} in them; start-after, page sizes: the same")
    return keys


def reading(s3, keys):
    some = sorted(keys)[:: max(1, len(keys) // 20)]
    for key in some:
        head = s3.head_object(Bucket=BUCKET, Key=key)
        whole = s3.get_object(Bucket=BUCKET, Key=key)
        body = whole["Body"].read()
        expect(len(body) == head["ContentLength"] == keys[key]["Size"], f"{key}: size")
        expect(whole["ETag"] == head["ETag"] == keys[key]["ETag"], f"{key}: ETag")
        expect(head["LastModified"] == keys[key]["LastModified"], f"{key}: time")
        expect(json.loads(body)["key"] == key, f"{key}: body")
        for text, start, end in [
            ("bytes=0-0", 0, 1), ("bytes=100-4999", 100, 5000), ("bytes=5000-", 5000, len(body)),
            ("bytes=-10", len(body) - 10, len(body)), (f"bytes=9-{10 ** 9}", 9, len(body)),
        ]:
            part = s3.get_object(Bucket=BUCKET, Key=key, Range=text)
            expect(part["Body"].read() == body[start:end], f"{key}: {text}")
            expect(part["ContentRange"] == f"bytes {start}-{end - 1}/{len(body)}", f"{key}: {text}")
            expect(part["ResponseMetadata"]["HTTPStatusCode"] == 206, f"{key}: {text}")
    refused("InvalidRange", 416, s3.get_object, Bucket=BUCKET, Key=some[0], Range=f"bytes={10**8}-")
    refused("NoSuchKey", 404, s3.get_object, Bucket=BUCKET, Key="none")
    refused("404", 404, s3.head_object, Bucket=BUCKET, Key="none")
    refused("NoSuchBucket", 404, s3.list_objects_v2, Bucket="other")
    expect(s3.head_bucket(Bucket=BUCKET)["BucketRegion"] == "us-east-1", "region")
    expect(s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None, "location")
    expect([b["Name"] for b in s3.list_buckets()["Buckets"]] == [BUCKET], "buckets")
    print(f"read {len(some)} objects whole and in parts")


def writing(s3, keys):
    key = "strange/ä key & <more>+%20.txt"
    for body in [b"", b"some text", os.urandom(3 << 20)]:
        put = s3.put_object(Bucket=BUCKET, Key=key, Body=body, Metadata={"by": "boto3"},
                            ContentType="text/plain")
        expect(put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"', "the ETag is no MD5")
        got = s3.get_object(Bucket=BUCKET, Key=key)
        expect(got["Body"].read() == body, "what was put is not what is got")
        expect(got["Metadata"] == {"by": "boto3"} and got["ContentType"] == "text/plain", "fields")
    listed, _ = list_all(s3, Prefix="strange/")
    expect(list(listed) == [key], f"{list(listed)} is listed")
    expect(listed[key]["Size"] == 3 << 20, "its size is not")
    refused("PreconditionFailed", 412, s3.put_object, Bucket=BUCKET, Key=key, Body=b"x",
            IfNoneMatch="*")
    refused("PreconditionFailed", 412, s3.put_object, Bucket=BUCKET, Key=key, Body=b"x",
            IfMatch='"0"')
    again = s3.put_object(Bucket=BUCKET, Key=key, Body=b"x", IfMatch=listed[key]["ETag"])
    s3.put_object(Bucket=BUCKET, Key="strange/new", Body=b"y", IfNoneMatch="*")
    refused("NoSuchKey", 404, s3.put_object, Bucket=BUCKET, Key="none", Body=b"x",
            IfMatch=again["ETag"])
    for algorithm in ["CRC32", "SHA1", "SHA256"]:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"checked", ChecksumAlgorithm=algorithm)
        head = s3.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
        expect(f"Checksum{algorithm}" in head, f"no {algorithm} is kept")
    # Of "123456789", by the catalogue of parametrised CRC algorithms: 0xe3069283 for Castagnoli's,
    # 0xae8b14860a799888 for that of NVM Express.
    for field, value in [
        ("ChecksumCRC32C", bytes.fromhex("e3069283")),
        ("ChecksumCRC64NVME", bytes.fromhex("ae8b14860a799888")),
    ]:
        right = base64.b64encode(value).decode()
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"123456789", **{field: right})
        refused("BadDigest", 400, s3.put_object, Bucket=BUCKET, Key=key, Body=b"12345678",
                **{field: right})
    refused("BadDigest", 400, s3.put_object, Bucket=BUCKET, Key=key, Body=b"x",
            ContentMD5=base64.b64encode(hashlib.md5(b"y").digest()).decode())
    refused("BadDigest", 400, s3.put_object, Bucket=BUCKET, Key=key, Body=b"x",
            ChecksumSHA256=base64.b64encode(hashlib.sha256(b"y").digest()).decode())
    # In place of one of the world's own objects, and back.
    own = sorted(keys)[3]
    was = s3.get_object(Bucket=BUCKET, Key=own)["Body"].read()
    s3.put_object(Bucket=BUCKET, Key=own, Body=b"something else")
    expect(s3.get_object(Bucket=BUCKET, Key=own)["Body"].read() == b"something else", "other body")
    s3.put_object(Bucket=BUCKET, Key=own, Body=was)
    expect(s3.get_object(Bucket=BUCKET, Key=own)["Body"].read() == was, "own body again")
    s3.delete_object(Bucket=BUCKET, Key=own)
    refused("NoSuchKey", 404, s3.get_object, Bucket=BUCKET, Key=own)
    s3.put_object(Bucket=BUCKET, Key=own, Body=was)
    print("wrote, under conditions too, with checksums, and deleted")


def chunked(s3):
    """Bodies in chunks, as SDKs send those whose end they do not know."""
    endpoint = os.environ["AWS_ENDPOINT_URL_S3"]
    credentials = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    data = os.urandom(100_000)
    parts = [data[i:i + 40_000] for i in range(0, len(data), 40_000)] + [b""]

    class Auth(SigV4Auth):
        kind = ""

        def payload(self, request):
            return self.kind

    def send(kind, body_of, **headers):
        request = AWSRequest("PUT", f"{endpoint}/{BUCKET}/strange/chunked", headers={
            "Content-Encoding": "aws-chunked", "x-amz-content-sha256": kind,
            "x-amz-decoded-content-length": str(len(data)), **headers})
        auth = Auth(credentials, "s3", os.environ["AWS_REGION"])
        auth.kind = kind
        auth.add_auth(request)
        signature = request.headers["Authorization"].rsplit("Signature=", 1)[1]
        time_ = request.headers["X-Amz-Date"]
        scope = f"{time_[:8]}/{os.environ['AWS_REGION']}/s3/aws4_request"

        def sign(text):
            key = b"AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"].encode()
            for part in scope.split("/") + [text]:
                key = hmac.new(key, part.encode(), hashlib.sha256).digest()
            return key.hex()

        body = body_of(signature, time_, scope, sign)
        connection = http.client.HTTPConnection(endpoint.removeprefix("http://"))
        connection.request("PUT", f"/{BUCKET}/strange/chunked", body, dict(request.headers))
        response = connection.getresponse()
        return response.status, response.read().decode()

    crc = base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()

    def unsigned(checksum):
        def body(signature, time_, scope, sign):
            chunks = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts[:-1])
            return chunks + f"0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n".encode()
        return body

    def signed(damage=b""):
        def body(signature, time_, scope, sign):
            empty = hashlib.sha256(b"").hexdigest()
            text = b""
            for part in parts:
                signature = sign("\n".join([
                    "AWS4-HMAC-SHA256-PAYLOAD", time_, scope, signature, empty,
                    hashlib.sha256(part).hexdigest()]))
                sent = damage + part[len(damage):] if part else part
                text += b"%x;chunk-signature=%s\r\n%s\r\n" % (
                    len(part), signature.encode(), sent)
            return text
        return body

    def there():
        return s3.get_object(Bucket=BUCKET, Key="strange/chunked")

    trailer = {"x-amz-trailer": "x-amz-checksum-crc32"}
    kind = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    status, text = send(kind, unsigned(crc), **trailer)
    expect(status == 200, f"unsigned chunks: {status} {text}")
    got = there()
    expect(got["Body"].read() == data, "unsigned chunks: other bytes")
    expect("aws-chunked" not in got.get("ContentEncoding", ""), "aws-chunked is kept")
    status, text = send(kind, unsigned("AAAAAA=="), **trailer)
    expect(status == 400 and "BadDigest" in text, f"a wrong trailer: {status} {text}")
    s3.delete_object(Bucket=BUCKET, Key="strange/chunked")
    kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    status, text = send(kind, signed(b"damaged"))
    expect(status == 403 and "SignatureDoesNotMatch" in text, f"a damaged chunk: {status} {text}")
    refused("NoSuchKey", 404, s3.get_object, Bucket=BUCKET, Key="strange/chunked")
    status, text = send(kind, signed())
    expect(status == 200, f"signed chunks: {status} {text}")
    expect(there()["Body"].read() == data, "signed chunks: other bytes")
    print("sent bodies in chunks, unsigned and signed")


def signatures(s3):
    refused("SignatureDoesNotMatch", 403, client(secret="wrong").list_objects_v2, Bucket=BUCKET)
    refused("SignatureDoesNotMatch", 403, client(secret="wrong").put_object, Bucket=BUCKET,
            Key="strange/forged", Body=b"x")
    refused("InvalidAccessKeyId", 403, client(key="nobody").list_objects_v2, Bucket=BUCKET)
    refused("NoSuchKey", 404, s3.get_object, Bucket=BUCKET, Key="strange/forged")
    late = client()
    real = botocore.auth.get_current_datetime

    def slow(*arguments, **named):
        return real(*arguments, **named) - datetime.timedelta(minutes=16)
    botocore.auth.get_current_datetime = slow
    try:
        refused("RequestTimeTooSkewed", 403, late.list_objects_v2, Bucket=BUCKET)
    finally:
        botocore.auth.get_current_datetime = real
    print("refused wrong secrets, unknown keys and old requests")


def cleaning(s3, keys):
    listed, _ = list_all(s3, Prefix="strange/")
    first = next(iter(listed))
    s3.delete_object(Bucket=BUCKET, Key=first)
    s3.delete_object(Bucket=BUCKET, Key=first)
    rest = [{"Key": key} for key in listed if key != first]
    deleted = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": rest})
    expect(len(deleted["Deleted"]) == len(rest), "not all were deleted")
    expect(list_all(s3, Prefix="strange/")[0] == {}, "something is left")
    now, _ = list_all(s3)
    expect(list(now) == list(keys), "the lake is not what it was")
    expect(all(now[key]["Size"] == keys[key]["Size"] for key in keys), "sizes are not")


def work(present):
    s3 = client()
    keys = listing(s3, present)
    reading(s3, keys)
    writing(s3, keys)
    chunked(s3)
    signatures(s3)
    cleaning(s3, keys)
    print(f"{checks} checks held")


def main():
    server = None
    if "--served" not in sys.argv[1:]:
        program = os.path.join(
            os.environ.get("ADCE_BIN", os.path.join(ROOT, ".build/release")), "adce-sim")
        size = ["--missing", "0"] if "--full" in sys.argv[1:] else ["--small"]
        began = time.monotonic()
        server = subprocess.Popen(
            [program, "serve", "--lifetime", "30m"] + size, stdout=subprocess.PIPE, text=True)
        for line in server.stdout:
            if line.startswith("export "):
                os.environ.update(pair.split("=", 1) for pair in line.split()[1:])
                break
        print(f"serves after {time.monotonic() - began:.2f} s")
    try:
        with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL_S3"] + "/_sim/stats") as answer:
            present = json.load(answer)["lake"]["present"]
        work(present)
        if server:
            with open(f"/proc/{server.pid}/status") as status:
                peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
            print(f"the server took {int(peak) // 1024} MB at most")
    finally:
        if server:
            server.terminate()
            code = server.wait(10)
    if server:
        expect(code == 0, f"the server ended with {code}")


main()
