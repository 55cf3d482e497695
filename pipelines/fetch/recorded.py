"""Recorded answers in place of the network: a requests transport adapter keyed by method, address and body.

A recording is a folder with one JSON index per date, `<date>.json`: a list of
`{"method", "url", "body", "status", "content_type", "file"}`, where `file` is a path under the folder.
The order of query parameters does not matter. Answers carry an ETag and honour If-None-Match, so the sample
takes the same road as the live web, second refresh included.

An invented geography names its recording, a folder of geodata/. To be answered from another one, set
COMMONGROUND_RECORDING=FOLDER: every command of the project then asks that folder, whichever areas are asked, and
--sample-date chooses among its dates. A copy of geodata/sample with one answer changed is the way to see what a refresh
makes of that answer; nothing is kept of where a recording stood, so two folders that say the same give the same release.
"""

import hashlib
import io
import json
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse


def answer_key(method: str, url: str, body: str | bytes | None) -> tuple[str, str, str]:
    """The key of one request: method, address with its query sorted, body as text."""
    parts = urlsplit(url)
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
    return method.upper(), urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")), text


class RecordedAdapter(BaseAdapter):
    """Answers every request from a recording; an address that was never recorded is a 404."""

    def __init__(self, folder: Path, date: str):
        super().__init__()
        self.folder = folder
        index = json.loads((folder / f"{date}.json").read_text("utf-8"))
        self.answers = {answer_key(a["method"], a["url"], a.get("body")): a for a in index}

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        """Answer one prepared request, as `requests` expects of an adapter."""
        answer = self.answers.get(answer_key(request.method, request.url, request.body))
        status, body, headers = 404, b"not recorded", {"Content-Type": "text/plain"}
        if answer:
            body = (self.folder / answer["file"]).read_bytes()
            etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            status, headers = answer.get("status", 200), {"Content-Type": answer["content_type"], "ETag": etag}
            if status == 200 and request.headers.get("If-None-Match") == etag:
                status, body = 304, b""
        headers["Content-Length"] = str(len(body))
        response = requests.Response()
        response.status_code, response.url, response.request = status, request.url, request
        response.headers = requests.structures.CaseInsensitiveDict(headers)
        response.raw = HTTPResponse(io.BytesIO(body), headers=headers, status=status, preload_content=False)
        return response

    def close(self):
        """Nothing is held open."""
