"""Requests signed by botocore, one JSON object a line, for ADCE's own signer to be held to.

usage: botocore_signatures.py [SEED [COUNT]]     COUNT random cases after the chosen ones

Two kinds. "signer": botocore's signer is given a URL, headers and a body. "client": a botocore
client is asked for an operation, so that it encodes keys and queries too.
"""

import datetime
import json
import random
import sys
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.session

UNSIGNED = {"host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"}

KEYS = [
    "plain.json",
    "folder/file name.csv",
    "a+b",
    "100%/%41/%2F/%zz",
    "double//slash",
    "/leading",
    "trailing/",
    "./a/../b/.",
    "..",
    "tab\tnewline\nreturn\r",
    "bell\x07delete\x7f",
    "naïve/ключ/鍵/🏀",
    "!\"#$&'()*,:;<=>?@[\\]^_`{|}~",
    "k" * 1024,
    "é" * 512,
    "season=2024-25/game_id=0022400001.json.gz",
]

QUERIES = [
    [],
    [["uploads", None]],
    [["list-type", "2"], ["prefix", "a b+c%/é"], ["encoding-type", "url"], ["max-keys", "1000"]],
    [["zeta", "1"], ["alpha", "2"], ["Alpha", "3"]],
    [["same", "b"], ["same", "a"], ["same", ""], ["same", None]],
    [["empty", ""], ["a", ""]],
    [["reserved", "!*'();:@&=+$,/?#[] ~-_."], ["name with spaces", "x"]],
    [["a", "1"], ["a-b", "2"], ["a.b", "3"], ["a_b", "4"], ["a%", "5"], ["aa", "6"]],
    [["start-after", "a\tb\n\x7f"], ["continuation-token", "1/abc=="]],
]

HEADERS = [
    [],
    [["Range", "bytes=0-9"]],
    [["x-amz-meta-note", "  two   spaces\tand a tab  "], ["X-Amz-Meta-Upper", "Value"]],
    [["x-amz-meta-many", "one"], ["x-amz-meta-many", " two "], ["X-AMZ-meta-many", "three"]],
    [["x-amz-meta-empty", ""], ["Content-Type", "text/plain; charset=utf-8"]],
    [["x-amz-server-side-encryption", "AES256"], ["If-None-Match", "*"], ["Content-MD5", "AA=="]],
    [["a-b", "1"], ["a", "2"], ["a1", "3"]],
]

TOKENS = [None, "FwoGZXIvYXdzEBc//+token==", "t" * 1500]


def encoded(text, safe=""):
    return urllib.parse.quote(text.encode(), safe="-_.~" + safe)


def at(time):
    moment = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: moment.replace(tzinfo=None)


def credentials(token):
    return "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token


def emit(name, request, case):
    case = {"name": name, **case}
    case["url"] = request.url
    case["authorization"] = text(request.headers["Authorization"])
    print(json.dumps(case))


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def signer_case(name, method, endpoint, key, query, headers, body, region, token, time):
    at(time)
    url = endpoint + "/" + encoded(key, "/")
    if query:
        url += "?" + "&".join(
            encoded(n) + ("" if v is None else "=" + encoded(v)) for n, v in query
        )
    request = botocore.awsrequest.AWSRequest(method=method, url=url, data=body)
    for field, value in headers:
        request.headers.add_header(field, value)
    keys = botocore.credentials.Credentials(*credentials(token))
    auth = botocore.auth.S3SigV4Auth(keys, "s3", region)
    # Every body is signed: the choice is a client's, and ours never leaves one out.
    auth._should_sha256_sign_payload = lambda request: True
    auth.add_auth(request)
    emit(
        name,
        request,
        {
            "kind": "signer", "method": method, "endpoint": endpoint, "key": key.encode().hex(),
            "query": query, "headers": headers, "body": body.hex(), "region": region,
            "token": token, "time": time,
        },
    )


def client_case(name, operation, parameters, key, query, body, endpoint, region, token, time):
    at(time)
    identifier, secret, _ = credentials(token)
    client = botocore.session.Session().create_client(
        "s3", region_name=region, endpoint_url=endpoint, aws_access_key_id=identifier,
        aws_secret_access_key=secret, aws_session_token=token,
        config=botocore.config.Config(
            s3={"payload_signing_enabled": True}, request_checksum_calculation="when_required",
            retries={"max_attempts": 0},
        ),
    )
    seen = []

    def instead(request, **_):
        seen.append(request)
        return botocore.awsrequest.AWSResponse(request.url, 500, {}, None)

    client.meta.events.register("before-send.s3", instead)
    try:
        getattr(client, operation)(Bucket="bucket-name", **parameters)
    except Exception:
        # There is no answer to read; what went out is all that is asked for.
        pass
    request = seen[0]
    signed = text(request.headers["Authorization"]).split("SignedHeaders=")[1].split(",")[0]
    headers = [
        [field, text(request.headers[field])] for field in signed.split(";")
        if field not in UNSIGNED
    ]
    emit(
        name,
        request,
        {
            "kind": "client", "method": request.method, "endpoint": endpoint,
            "key": key.encode().hex(), "query": query, "headers": headers, "body": body.hex(),
            "region": region, "token": token, "time": time,
        },
    )


def chosen():
    host = "http://127.0.0.1:9000"
    aws = "https://bucket-name.s3.eu-west-1.amazonaws.com"
    for number, key in enumerate(KEYS):
        signer_case(f"key {number}", "GET", aws, key, [], [], b"", "eu-west-1", None, 1763942400)
        client_case(
            f"client key {number}", "get_object", {"Key": key}, key, [], b"", None,
            "eu-west-1", TOKENS[number % 3], 1763942400 + number)
        client_case(
            f"client path {number}", "put_object",
            {"Key": key, "Body": b"body", "ServerSideEncryption": "AES256"}, key, [], b"body",
            host, "us-east-1", None, 951782400 + number)
    for number, query in enumerate(QUERIES):
        signer_case(
            f"query {number}", "GET", host, "k", query, [], b"", "us-east-1", None, 1700000000)
    for number, headers in enumerate(HEADERS):
        signer_case(
            f"headers {number}", "PUT", aws, "k", [], headers, b"abc", "eu-west-1", None, 0)
    for number, token in enumerate(TOKENS):
        signer_case(
            f"token {number}", "HEAD", aws, "k", [], [], b"", "cn-north-1", token, 4102444799)
    for number, prefix in enumerate(KEYS):
        query = [
            ["list-type", "2"], ["prefix", prefix], ["start-after", prefix],
            ["encoding-type", "url"],
        ]
        client_case(
            f"client list {number}", "list_objects_v2", {"Prefix": prefix, "StartAfter": prefix},
            "", query, b"", None, "us-west-2", None, 1763942400)


def drawn(seed, count):
    chance = random.Random(seed)

    def word(longest):
        kinds = ["abcXYZ019", "-_.~/", " +%&=?#:;@,!*'()[]", "\t\n\x01\x7f", "éß鍵🏀"]
        return "".join(
            chance.choice(chance.choice(kinds)) for _ in range(chance.randint(0, longest)))

    for number in range(count):
        query = [
            [word(6) or "n", chance.choice([None, "", word(12)])]
            for _ in range(chance.randint(0, 5))
        ]
        # A header's value is printable, and what surrounds it is not part of it.
        headers = [
            [chance.choice(["x-amz-meta-", "X-Amz-Meta-"]) + chance.choice("abc"),
             " ".join(chance.choice(["", "v", "two", "3,4"]) for _ in range(5))]
            for _ in range(chance.randint(0, 4))
        ]
        signer_case(
            f"drawn {seed}/{number}", chance.choice(["GET", "HEAD", "PUT", "POST", "DELETE"]),
            chance.choice([
                "http://127.0.0.1:9000/bucket", "https://b.s3.us-east-1.amazonaws.com",
                "http://[::1]:80/bucket", "https://s3.example:443/x/y",
            ]),
            word(60), query, headers, bytes(chance.randrange(256) for _ in range(20)),
            chance.choice(["us-east-1", "eu-central-1", "x"]), chance.choice(TOKENS),
            chance.randrange(0, 4102444800))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        chosen()
    drawn(int(sys.argv[1]) if len(sys.argv) > 1 else 1, int(sys.argv[2]) if len(sys.argv) > 2 else 40)
